/* A treap with allocation: inserts and finds. */
#include <stdlib.h>

#include "kernel.h"

enum { kKeys = 120000, kRounds = 4 };
typedef struct Node {
  struct Node *left, *right;
  uint32_t key, priority, count;
} Node;

static Node* Insert(Node* node, uint32_t key, uint32_t priority) {
  if (node == NULL) {
    Node* fresh = malloc(sizeof *fresh);
    *fresh = (Node){NULL, NULL, key, priority, 1};
    return fresh;
  }
  if (key == node->key) {
    ++node->count;
  } else if (key < node->key) {
    node->left = Insert(node->left, key, priority);
    if (node->left->priority > node->priority) {
      Node* top = node->left;
      node->left = top->right;
      top->right = node;
      return top;
    }
  } else {
    node->right = Insert(node->right, key, priority);
    if (node->right->priority > node->priority) {
      Node* top = node->right;
      node->right = top->left;
      top->left = node;
      return top;
    }
  }
  return node;
}

static uint64_t Free(Node* node, uint64_t result) {
  if (node == NULL) return result;
  result = Free(node->left, result);
  result = Mix(result, node->key + node->count);
  Node* right = node->right;
  free(node);
  return Free(right, result);
}

int64_t run(void) {
  uint64_t random = 6, result = 0;
  for (int round = 0; round < kRounds; ++round) {
    Node* root = NULL;
    for (int i = 0; i < kKeys; ++i) {
      const uint64_t r = NextRandom(&random);
      root = Insert(root, (uint32_t)r % (kKeys / 2), (uint32_t)(r >> 32));
    }
    result = Free(root, result);
  }
  return (int64_t)result;
}
