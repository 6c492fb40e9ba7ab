// Conway's Game of Life on a torus, begun from a fixed random soup.
//
//     life GENERATIONS
//
// Prints the population every hundred generations and a hash of the board at the end. There is not
// one line about saving in here.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { kHeight = 256, kWidth = 256, kReportEvery = 100 };

static uint8_t board[kHeight][kWidth];
static uint8_t next[kHeight][kWidth];

static void FillWithSoup(void) {
  uint32_t random = 1;
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      random = random * 1664525u + 1013904223u;
      board[y][x] = random >> 30 == 0;
    }
  }
}

static int Neighbours(int y, int x) {
  const int up = (y + kHeight - 1) % kHeight, down = (y + 1) % kHeight;
  const int left = (x + kWidth - 1) % kWidth, right = (x + 1) % kWidth;
  return board[up][left] + board[up][x] + board[up][right] + board[y][left] + board[y][right] +
         board[down][left] + board[down][x] + board[down][right];
}

static void Tick(void) {
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      const int neighbours = Neighbours(y, x);
      next[y][x] = neighbours == 3 || (neighbours == 2 && board[y][x] != 0);
    }
  }
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) board[y][x] = next[y][x];
  }
}

static int Population(void) {
  int alive = 0;
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) alive += board[y][x];
  }
  return alive;
}

// FNV-1a.
static uint32_t Hash(void) {
  uint32_t hash = 2166136261u;
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) hash = (hash ^ board[y][x]) * 16777619u;
  }
  return hash;
}

int main(int argc, char** argv) {
  const long generations = argc == 2 ? strtol(argv[1], NULL, 10) : 0;
  if (generations <= 0) {
    fputs("usage: life GENERATIONS\n", stderr);
    return 2;
  }
  FillWithSoup();
  for (long generation = 1; generation <= generations; ++generation) {
    Tick();
    if (generation % kReportEvery == 0) {
      printf("generation %ld: %d alive\n", generation, Population());
    }
  }
  printf("board %08x\n", (unsigned)Hash());
  return 0;
}
