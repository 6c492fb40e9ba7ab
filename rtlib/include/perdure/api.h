/* What a program shows to its shared host libraries, and one made with --emit=shared-lib to those
 * who link or load it. */
#ifndef PERDURE_API_H_
#define PERDURE_API_H_

#if defined(__GNUC__)
#define PERDURE_API __attribute__((visibility("default")))
#else
#define PERDURE_API
#endif

#endif /* PERDURE_API_H_ */
