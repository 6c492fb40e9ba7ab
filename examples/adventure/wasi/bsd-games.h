// The configuration of bsd-games, which its configure script would write.
#pragma once

// A WASI program has no group to give up.
#define getgid() 0
#define setregid(real, effective) ((void)(real), (void)(effective))
