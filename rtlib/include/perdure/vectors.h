/* Vector instructions that SIMDe 0.7 gets wrong on SSE2, or gcc there. Included by generated code
 * after SIMDe, whose names stand for these from then on. */
#ifndef PERDURE_VECTORS_H_
#define PERDURE_VECTORS_H_

#include <stdint.h>

#include <simde/wasm/simd128.h>

/* Rounding up keeps the sign, also of what becomes zero. */
static inline simde_v128_t perdure_signed_f64x2_ceil(simde_v128_t a) {
  const simde_v128_t sign = simde_wasm_v128_and(a, simde_wasm_i64x2_splat(INT64_MIN));
  return simde_wasm_v128_or(simde_wasm_f64x2_ceil(a), sign);
}

/* Rounding makes a NaN quiet; compiled by gcc, `round` forgets that of a signalling one. */
#define PERDURE_ROUND(shape, name, round)                                                     \
  static inline simde_v128_t perdure_##shape##_##name(simde_v128_t a) {                       \
    const simde_v128_t ordered = simde_wasm_##shape##_eq(a, a);                               \
    return simde_wasm_v128_bitselect(round(a), simde_wasm_##shape##_add(a, a), ordered);      \
  }
PERDURE_ROUND(f32x4, ceil, simde_wasm_f32x4_ceil)
PERDURE_ROUND(f32x4, floor, simde_wasm_f32x4_floor)
PERDURE_ROUND(f32x4, trunc, simde_wasm_f32x4_trunc)
PERDURE_ROUND(f32x4, nearest, simde_wasm_f32x4_nearest)
PERDURE_ROUND(f64x2, ceil, perdure_signed_f64x2_ceil)
PERDURE_ROUND(f64x2, floor, simde_wasm_f64x2_floor)
PERDURE_ROUND(f64x2, trunc, simde_wasm_f64x2_trunc)
PERDURE_ROUND(f64x2, nearest, simde_wasm_f64x2_nearest)
#undef PERDURE_ROUND

/* The smaller, or the larger, of two lanes. Equal ones are zeros of different sign or have the same
 * bits: `or` gives the negative zero, `and` the positive. If one is a NaN, so is the sum, a quiet
 * one. */
#define PERDURE_MIN_MAX(shape, name, less, combine)                                           \
  static inline simde_v128_t perdure_##shape##_##name(simde_v128_t a, simde_v128_t b) {       \
    const simde_v128_t equal = simde_wasm_##shape##_eq(a, b);                                 \
    const simde_v128_t ordered =                                                              \
        simde_wasm_v128_and(simde_wasm_##shape##_eq(a, a), simde_wasm_##shape##_eq(b, b));    \
    simde_v128_t result = simde_wasm_v128_bitselect(a, b, simde_wasm_##shape##_##less(a, b)); \
    result = simde_wasm_v128_bitselect(simde_wasm_v128_##combine(a, b), result, equal);       \
    return simde_wasm_v128_bitselect(result, simde_wasm_##shape##_add(a, b), ordered);        \
  }
PERDURE_MIN_MAX(f32x4, min, lt, or)
PERDURE_MIN_MAX(f32x4, max, gt, and)
PERDURE_MIN_MAX(f64x2, min, lt, or)
PERDURE_MIN_MAX(f64x2, max, gt, and)
#undef PERDURE_MIN_MAX

/* -1 times -1 is the one product that saturates, and the one way to get -1. */
static inline simde_v128_t perdure_i16x8_q15mulr_sat(simde_v128_t a, simde_v128_t b) {
  const simde_v128_t product = simde_wasm_i16x8_q15mulr_sat(a, b);
  const simde_v128_t overflow = simde_wasm_i16x8_eq(product, simde_wasm_i16x8_splat(INT16_MIN));
  return simde_wasm_v128_xor(product, overflow);
}

#define simde_wasm_f32x4_ceil perdure_f32x4_ceil
#define simde_wasm_f32x4_floor perdure_f32x4_floor
#define simde_wasm_f32x4_trunc perdure_f32x4_trunc
#define simde_wasm_f32x4_nearest perdure_f32x4_nearest
#define simde_wasm_f64x2_ceil perdure_f64x2_ceil
#define simde_wasm_f64x2_floor perdure_f64x2_floor
#define simde_wasm_f64x2_trunc perdure_f64x2_trunc
#define simde_wasm_f64x2_nearest perdure_f64x2_nearest
#define simde_wasm_f32x4_min perdure_f32x4_min
#define simde_wasm_f32x4_max perdure_f32x4_max
#define simde_wasm_f64x2_min perdure_f64x2_min
#define simde_wasm_f64x2_max perdure_f64x2_max
#define simde_wasm_i16x8_q15mulr_sat perdure_i16x8_q15mulr_sat

#endif /* PERDURE_VECTORS_H_ */
