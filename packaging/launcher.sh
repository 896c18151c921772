#!/bin/sh
# Starts glasswatch with the loader and the libraries that came with it, so that this system's own do not matter.
# May be called through a link from anywhere. LD_LIBRARY_PATH is left alone: what glasswatch starts sees none of this.
set -eu
self=$0
while [ -L "$self" ]; do
  link=$(readlink "$self")
  case $link in
    /*) self=$link ;;
    *) self=$(dirname "$self")/$link ;;
  esac
done
here=$(cd "$(dirname "$self")" && pwd)
exec "$here/lib/@LOADER@" --library-path "$here/lib" "$here/bin/glasswatch" "$@"
