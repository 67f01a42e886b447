#!/usr/bin/env bash
# Makes the spoken prompts and the hold music again from prompts.csv: Debian packages espeak-ng and sox, nothing else.
# 8 kHz mono A-law without a header, one file a prompt, in al/. The same versions of the tools give the same bytes.
#
#   crates/media/prompts/make.sh            all of them
#   crates/media/prompts/make.sh NAME...    only these
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p al

# A seeded dither (-R) and no time stamps: the bytes depend on the text alone.
speak() { # NAME TEXT
  espeak-ng -v cmn -s 175 -p 45 -g 2 -w "$work/raw.wav" "$2"
  # Silence at both ends goes, so that numbers can be put together; the telephone band stays; all are equally loud.
  sox -R "$work/raw.wav" -r 8000 -c 1 "$work/cut.wav" highpass 200 lowpass 3600 \
    silence 1 0.01 0.3% fade t 0.005 reverse silence 1 0.01 0.3% fade t 0.02 reverse norm -4 pad 0.03 0.08
  sox -R "$work/cut.wav" -t al "al/$1.al"
}

# Hold music: four slow chords of plucked strings over a soft pad; 16 s whose end meets its beginning.
music() {
  local n=0 parts=()
  for chord in "C3 E3 G3 C4 E4" "A2 E3 A3 C4 E4" "F2 C3 F3 A3 C4" "G2 D3 G3 B3 D4"; do
    read -r bass second third fourth fifth <<<"$chord"
    sox -R -n -r 16000 -c 1 "$work/pad.wav" synth 4 sine "$second" synth 4 sine mix "$third" synth 4 sine mix "$fourth" \
      fade q 0.8 4 0.8 gain -16
    sox -R -n -r 16000 -c 1 "$work/bass.wav" synth 4 sine "$bass" fade q 0.05 4 2.5 gain -14
    local step=0 notes=()
    for note in "$third" "$fourth" "$fifth" "$fourth" "$third" "$fourth" "$fifth" "$fourth"; do
      sox -R -n -r 16000 -c 1 "$work/note$step.wav" synth 1.2 pluck "$note" fade q 0.005 1.2 0.6 gain -12 \
        pad "$(awk "BEGIN { print $step * 0.5 }")"
      notes+=("$work/note$step.wav")
      step=$((step + 1))
    done
    sox -R -m -v 1 "$work/pad.wav" -v 1 "$work/bass.wav" $(printf -- '-v 1 %s ' "${notes[@]}") "$work/chord$n.wav" trim 0 4
    parts+=("$work/chord$n.wav")
    n=$((n + 1))
  done
  sox -R "${parts[@]}" -r 8000 -c 1 "$work/music.wav" lowpass 3000 norm -15 fade t 0.02 16 0.02
  sox -R "$work/music.wav" -t al al/music.al
}

wanted=" $* "
while IFS=, read -r name text; do
  [ "$name" = name ] && continue
  [ $# -eq 0 ] || [[ $wanted == *" $name "* ]] || continue
  speak "$name" "$text"
done < prompts.csv
if [ $# -eq 0 ] || [[ $wanted == *" music "* ]]; then music; fi
du -cb al/*.al | tail -1
