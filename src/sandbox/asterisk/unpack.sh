#!/usr/bin/env bash
# unpack.sh FOLDER [SUITE...]
# Puts an Asterisk that runs into FOLDER without installing anything and without root: Debian's stable suites have
# none, so the packages of another suite are unpacked with their own libraries and dynamic loader. The first suite
# that has it wins. Needs apt's mirror; some 80 MB are fetched once, 40 MB stay.
set -euo pipefail
folder=${1:?folder}
shift
suites=(${@:-forky sid bullseye})
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
# One at a time; who comes later finds it done.
exec 9>"$folder/.lock"
flock 9
[[ ! -e $folder/.ready ]] || { cat "$folder/.ready"; exit 0; }
arch=$(dpkg --print-architecture)
mirror=$(apt-get indextargets --format '$(REPO_URI) $(COMPONENT)' 'Created-By: Packages' 2>/dev/null |
  awk '$2 == "main" && $1 !~ /security/ { print $1; exit }')
mirror=${mirror:-http://deb.debian.org/debian}
modules=${MODULES:?the modules to keep}
scratch=$(mktemp -d "$folder/.unpack.XXXXXX")
trap 'rm -rf "$scratch"' EXIT

unpack() { # unpack SUITE
  local apt_folder=$scratch/apt root=$scratch/root
  rm -rf "$apt_folder" "$root"
  mkdir -p "$apt_folder"/{lists/partial,cache/archives/partial} "$root"
  : >"$apt_folder/status"
  echo "deb [arch=$arch signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${mirror%/} $1 main" >"$apt_folder/sources.list"
  # An empty status makes apt fetch everything that Asterisk needs, libc too.
  local apt=(apt-get -qq
    -o "Dir::Etc::sourcelist=$apt_folder/sources.list" -o Dir::Etc::sourceparts=-
    -o "Dir::State=$apt_folder" -o "Dir::State::lists=$apt_folder/lists" -o "Dir::State::status=$apt_folder/status"
    -o "Dir::Cache=$apt_folder/cache" -o Debug::NoLocking=1 -o APT::Install-Recommends=0
    # Mirrors of moving suites may be some weeks behind.
    -o Acquire::Check-Valid-Until=false -o Acquire::Languages=none -o Acquire::Retries=3)
  ((EUID != 0)) || apt+=(-o APT::Sandbox::User=root)
  "${apt[@]}" update || return 1
  "${apt[@]}" install -y --download-only asterisk asterisk-core-sounds-en-gsm >/dev/null || return 1
  local package
  for package in "$apt_folder"/cache/archives/*.deb; do
    dpkg-deb --fsys-tarfile "$package" | tar -x -C "$root" --no-same-owner \
      --exclude='./usr/share/doc' --exclude='./usr/share/man' --exclude='./usr/share/locale' \
      --exclude='./usr/share/perl' --exclude='./usr/share/zoneinfo' --exclude='./dev' || return 1
  done
  keep "$root" "$1"
}

keep() { # keep ROOT SUITE
  local root=$1 loader module_folder library_path
  loader=$(find "$root" -name 'ld-linux-*.so.*' | head -1)
  module_folder=$(find "$root" -type d -path '*/asterisk/modules' | head -1)
  library_path=$module_folder:$(find "$root" -type d -path '*/lib/*-linux-gnu' | paste -sd:):$root/usr/lib
  rm -rf "$folder"/{bin,lib,modules,share}
  mkdir -p "$folder"/{bin,lib,modules,share}
  cp "$root/usr/sbin/asterisk" "$folder/bin/"
  cp -a "$root/usr/share/asterisk/." "$folder/share/"
  cp -L "$loader" "$folder/lib/ld.so"
  # Installing would have made this link.
  [[ -e $folder/share/sounds/en ]] || ln -s en_US_f_Allison "$folder/share/sounds/en"
  local module file
  for module in $modules; do
    [[ ! -e $module_folder/$module ]] || cp "$module_folder/$module" "$folder/modules/"
  done
  for file in "$folder/bin/asterisk" "$folder"/modules/*.so; do
    "$loader" --library-path "$library_path" --list "$file" 2>/dev/null || true
  done | awk -v root="$root/" '{ for (i = 1; i <= NF; i++) if (index($i, root) == 1) print $i }' | sort -u |
    while read -r file; do cp -L "$file" "$folder/lib/"; done
  local version
  version=$("$folder/lib/ld.so" --library-path "$folder/lib" "$folder/bin/asterisk" -V) || return 1
  echo "$version from $2" >"$folder/.ready"
}

for suite in "${suites[@]}"; do
  if unpack "$suite"; then cat "$folder/.ready"; exit 0; fi
  echo "no Asterisk from $suite" >&2
done
exit 1
