// wasi-libc has none; the game's own header of this name adds what it needs to an empty one.
