//go:build wasip1

package main

//go:wasmexport run
func run() int64 { return work() }

func main() {}
