# Rules for every line of a source file.
function report(what) { printf "%s:%d: %s\n", FILENAME, FNR, what }

# The rule would find itself.
FILENAME ~ /tests\/tidy\// { next }

{
  # Columns are characters: the continuation bytes of UTF-8 do not count.
  text = $0
  gsub(/[\200-\277]/, "", text)
}
# Folded WebAssembly text reads badly when it is broken up.
length(text) > 100 && text !~ /https?:\/\// && FILENAME !~ /\.wat$/ { report("line is longer than 100 columns") }
/[ \t]$/ { report("trailing white space") }
/\t/ { report("tab") }
/\r/ { report("carriage return") }
# Comments may draw states and arrows, and tests may hold the text they are about. What cannot be seen, or
# turns the direction of what follows (zero-width and bidirectional controls, no-break space, byte order
# mark), is allowed nowhere.
/[^ -~\t\r]/ && FILENAME !~ /^tests\// && !/^[ \t]*(\/\/|\/?\*|#|;;|--)/ {
  report("a character outside ASCII, not in a comment")
}
/\342\200[\213-\217\252-\256]|\342\201[\240-\251]|\302\240|\357\273\277/ { report("an invisible character") }
/(^|[^A-Za-z_])(TODO|FIXME|XXX|HACK)([^A-Za-z_]|$)/ { report("marked as unfinished") }
