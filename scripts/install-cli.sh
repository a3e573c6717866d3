#!/bin/sh
# Put `dynacomp` where the shell finds it: scripts/install-cli.sh [FOLDER]   (~/.local/bin)
set -eu
folder=${1:-"$HOME/.local/bin"}
here=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$folder"
# Python's own start can be interrupted before any of our lines, and complains; so interrupts wait until the first.
hold=
env --block-signal=INT true 2>/dev/null && hold="env --block-signal=INT "
cat > "$folder/dynacomp.new" <<END
#!/bin/sh
# -P: what lies in the folder where it is called is no part of the program. -S: packages are found by the program
# itself, which sees to interrupts first.
PYTHONPATH='$here' exec $hold'$here/.venv/bin/python' -P -S '$here/compression/cli/__main__.py' "\$@"
END
chmod 755 "$folder/dynacomp.new"
mv "$folder/dynacomp.new" "$folder/dynacomp"
echo "Installed $folder/dynacomp"
case ":$PATH:" in
*":$folder:"*) ;;
*) echo "It is found once the folder is on the PATH: export PATH=\"$folder:\$PATH\"" ;;
esac
