//go:build !wasip1

package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
)

// A guest has one thread.
func main() {
	runtime.GOMAXPROCS(1)
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		fmt.Println(work())
	}
}
