// A Go program: maps, slices, strings, interfaces, sorting, goroutines and the garbage collector.
package main

import (
	"sort"
	"strings"
)

type shape interface{ area() int64 }
type square struct{ side int64 }
type box struct{ width, height int64 }

func (s square) area() int64 { return s.side * s.side }
func (b *box) area() int64   { return b.width * b.height }

type tree struct{ left, right *tree }

func grow(depth int) *tree {
	if depth == 0 {
		return &tree{}
	}
	return &tree{grow(depth - 1), grow(depth - 1)}
}

func (t *tree) count() int64 {
	if t.left == nil {
		return 1
	}
	return 1 + t.left.count() + t.right.count()
}

func words() int64 {
	var text strings.Builder
	state := uint32(1)
	for i := 0; i < 60000; i++ {
		state = state*1664525 + 1013904223
		text.WriteString("w")
		for n := state >> 20; n > 0; n /= 26 {
			text.WriteByte(byte('a' + n%26))
		}
		text.WriteByte(' ')
	}
	counts := map[string]int{}
	for _, word := range strings.Fields(text.String()) {
		counts[word]++
	}
	names := make([]string, 0, len(counts))
	for name := range counts {
		names = append(names, name)
	}
	sort.Slice(names, func(i, j int) bool {
		if counts[names[i]] != counts[names[j]] {
			return counts[names[i]] > counts[names[j]]
		}
		return names[i] < names[j]
	})
	sum := int64(0)
	for i, name := range names {
		sum += int64(i+1) * int64(counts[name]) * int64(len(name))
	}
	return sum
}

func shapes() int64 {
	all := make([]shape, 0, 1000)
	for i := int64(0); i < 1000; i++ {
		if i%3 == 0 {
			all = append(all, square{i})
		} else {
			all = append(all, &box{i, i + 1})
		}
	}
	sum := int64(0)
	for round := 0; round < 3000; round++ {
		for _, s := range all {
			sum += s.area()
		}
	}
	return sum
}

func pipeline() int64 {
	numbers, squares := make(chan int64), make(chan int64)
	go func() {
		for i := int64(0); i < 20000; i++ {
			numbers <- i
		}
		close(numbers)
	}()
	go func() {
		for n := range numbers {
			squares <- n * n
		}
		close(squares)
	}()
	sum := int64(0)
	for s := range squares {
		sum += s
	}
	return sum
}

func work() int64 {
	result := int64(0)
	for i := 0; i < 4; i++ {
		result += words() + shapes() + pipeline()
		for j := 0; j < 4; j++ {
			result += grow(15).count()
		}
	}
	return result
}
