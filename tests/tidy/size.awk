# File and function length. A function here is what begins in the first column and ends with a brace in
# the first column; namespaces, types and tables are not functions.
function report(line, what) { printf "%s:%d: %s\n", FILENAME, line, what }

FNR == 1 {
  check_file()
  file = FILENAME
  start = 0
}
{ last = FNR }

/^[A-Za-z].*[({;,)]/ && !/^(namespace|class|struct|union|enum|extern "C"|using|typedef|static_assert|#)/ {
  if (!start) {
    start = FNR
    is_function = index($0, "(") > 0
  }
}
start == FNR && /[;}]( *\/\/.*)?$/ { start = 0 }
/^}/ {
  if (start && is_function && FNR - start + 1 >= 70)
    report(start, "function of " (FNR - start + 1) " lines; fewer than 70 are allowed")
  start = 0
}
END { check_file() }

function check_file() {
  if (file != "" && last >= 400)
    printf "%s:%d: file of %d lines; fewer than 400 are allowed\n", file, last, last
}
