/* What small processors are compared with: a linked list sorted and searched, small integer
 * matrices, a state machine over text, a checksum over everything. Our own code, in the spirit of
 * CoreMark and not comparable with its scores. */
#include <stddef.h>

#include "kernel.h"

enum { kNodes = 300, kN = 16, kText = 512, kRounds = 3600 };

typedef struct Node {
  struct Node* next;
  int16_t value, index;
} Node;
static Node nodes[kNodes];
static int16_t a[kN][kN], b[kN][kN];
static int32_t c[kN][kN];
static char text[kText];

static uint16_t Crc(uint32_t value, uint16_t crc) {
  for (int i = 0; i < 32; ++i) {
    const uint16_t bit = (uint16_t)((value ^ crc) & 1);
    value >>= 1;
    crc >>= 1;
    if (bit) crc ^= 0xa001;
  }
  return crc;
}

static int ByValue(const Node* x, const Node* y) { return x->value - y->value; }
static int ByIndex(const Node* x, const Node* y) { return x->index - y->index; }

static Node* MergeSort(Node* list, int (*compare)(const Node*, const Node*)) {
  for (int width = 1;; width *= 2) {
    Node *rest = list, *head = NULL, **tail = &head;
    int merges = 0;
    while (rest != NULL) {
      ++merges;
      Node *p = rest, *q = rest;
      int p_left = 0, q_left = width;
      while (p_left < width && q != NULL) {
        ++p_left;
        q = q->next;
      }
      while (p_left > 0 || (q_left > 0 && q != NULL)) {
        Node** from = p_left == 0                ? &q
                      : q_left == 0 || q == NULL ? &p
                      : compare(p, q) <= 0       ? &p
                                                 : &q;
        if (from == &p) {
          --p_left;
        } else {
          --q_left;
        }
        *tail = *from;
        tail = &(*from)->next;
        *from = (*from)->next;
      }
      rest = q;
    }
    *tail = NULL;
    list = head;
    if (merges <= 1) return list;
  }
}

static uint16_t List(int round, uint16_t crc) {
  for (int i = 0; i < kNodes; ++i) {
    nodes[i] = (Node){i + 1 < kNodes ? &nodes[i + 1] : NULL, (int16_t)((i * 7919 + round) % 1021),
                      (int16_t)i};
  }
  Node* list = MergeSort(nodes, ByValue);
  for (int wanted = 0; wanted < 1021; wanted += 51) {
    const Node* node = list;
    while (node != NULL && node->value != wanted) node = node->next;
    crc = Crc(node == NULL ? 1 : (uint32_t)node->index, crc);
  }
  list = MergeSort(list, ByIndex);
  return Crc((uint32_t)list->value, crc);
}

static uint16_t Matrix(int round, uint16_t crc) {
  for (int i = 0; i < kN; ++i) {
    for (int j = 0; j < kN; ++j) {
      a[i][j] = (int16_t)(i * j + round);
      b[i][j] = (int16_t)(i - j + round);
    }
  }
  for (int i = 0; i < kN; ++i) {
    for (int j = 0; j < kN; ++j) {
      int32_t sum = 0;
      for (int k = 0; k < kN; ++k) sum += (a[i][k] * b[k][j] >> 2) & 0x7ff;
      c[i][j] = sum;
    }
  }
  return Crc((uint32_t)(c[3][5] ^ c[round % kN][7]), crc);
}

static uint16_t States(int round, uint16_t crc) {
  enum { kStart, kInteger, kFraction, kExponent, kWrong, kStates };
  uint32_t seen[kStates] = {0};
  for (int i = 0; i < kText; ++i) text[i] = "0123.5e7,-12,x9,"[(i * (round % 7 + 1) + round) % 16];
  int state = kStart;
  for (int i = 0; i < kText; ++i) {
    const char ch = text[i];
    ++seen[state];
    if (ch == ',') {
      state = kStart;
    } else if (ch >= '0' && ch <= '9') {
      if (state == kStart) state = kInteger;
    } else if (ch == '.' && state == kInteger) {
      state = kFraction;
    } else if (ch == 'e' && (state == kInteger || state == kFraction)) {
      state = kExponent;
    } else if (ch != '-' || state != kStart) {
      state = kWrong;
    }
  }
  for (int i = 0; i < kStates; ++i) crc = Crc(seen[i], crc);
  return crc;
}

int64_t run(void) {
  uint16_t crc = 0;
  for (int round = 0; round < kRounds; ++round) {
    crc = List(round, crc);
    crc = Matrix(round, crc);
    crc = States(round, crc);
  }
  return crc;
}
