#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# transact.sh: changes one file of a node, its bytes or its owner and mode, and keeps the change only when the component
# is healthy with it.
#
# Sent by the desktop on the standard input of a root shell; the words on the wire and what is kept on the node are in
# docs/transactions.md. Defines functions and runs nothing, unless it is run as `sh program run ID`: that is the copy
# in the transaction's own directory, which does the work detached from any session and decides alone.

jiagu_setup() {
  set -u
  umask 077
  cd / || return 1
  unset IFS CDPATH ENV BASH_ENV http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY
  LC_ALL=C
  PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin
  export LC_ALL PATH
  jiagu_state=/var/lib/jiagu
  jiagu_lockfile=/run/jiagu.lock
  jiagu_lf='
'
}

# --- small things ---------------------------------------------------------------------------------------------------

jiagu_hash() { sha256sum 2>/dev/null <"$1" | cut -d ' ' -f 1; }
jiagu_clock() { read -r jiagu_now </proc/uptime; jiagu_now=${jiagu_now%%.*}; } # never jumps, unlike the date
jiagu_pause() { sleep "$1" 2>/dev/null || sleep 1; }
jiagu_sync() { sync "$@" 2>/dev/null || sync; }
jiagu_base64() { if [ -n "$1" ]; then printf '%s' "$1" | base64 | tr -d '\n'; else printf -- -; fi; }
jiagu_process() { # PID: what tells this life of a pid from another
  printf '%s %s %s' "$1" "$(sed 's/^.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20)" "$(cat /proc/sys/kernel/random/boot_id)"
}

jiagu_why() { # what a command complained about, as a reason
  case $1 in
    *"No space left"* | *"Disk quota"*) printf no-space ;;
    *"Read-only file system"*) printf read-only ;;
    *"Operation not permitted"*) printf immutable ;;
    *"resource busy"*) printf bind-mount ;;
    *) printf 'failed %s' "$1" ;;
  esac
}

jiagu_room() { # DIRECTORY BYTES
  jiagu_free=$(df -Pk "$1" 2>/dev/null | awk 'END {print $(NF - 2)}')
  jiagu_inodes=$(df -Pi "$1" 2>/dev/null | awk 'END {if ($(NF - 4) > 0) print $(NF - 2)}')
  case $jiagu_free in '' | *[!0-9]*) return 0 ;; esac
  [ "$jiagu_free" -ge $((4 * $2 / 1024 + 1024)) ] || return 1
  case $jiagu_inodes in '' | *[!0-9]*) return 0 ;; esac
  [ "$jiagu_inodes" -ge 16 ]
}

jiagu_attributes() { # FILE: owner, mode, ACL, extended attributes and label, as far as there are tools to see them
  stat -c '%a %u:%g' "$1"
  stat -c %C "$1" 2>/dev/null
  # shellcheck disable=SC2012 # only the mode string with its mark for an ACL is wanted
  ls -ld "$1" | cut -d ' ' -f 1
  if command -v getfacl >/dev/null; then getfacl -cnp "$1" 2>/dev/null; fi
  # The two signatures over the content belong to the old bytes.
  if command -v getfattr >/dev/null; then getfattr -d -m - -e hex --absolute-names "$1" 2>/dev/null | grep -v '^#\|^security\.ima=\|^security\.evm='; fi
  return 0
}

jiagu_inert() { # FILE: of that, what a change of owner and mode must leave alone
  stat -c %C "$1" 2>/dev/null
  if command -v getfacl >/dev/null; then getfacl -cnp "$1" 2>/dev/null | sed '/^\(user\|group\|mask\|other\)::/d;s/[[:blank:]]*#.*//'; fi
  if command -v getfattr >/dev/null; then
    getfattr -d -m - -e hex --absolute-names "$1" 2>/dev/null | grep -v '^#\|^security\.ima=\|^security\.evm=\|^system\.posix_acl_access='
  fi
  return 0
}

# --- the lock: held as long as a transaction is at work ---------------------------------------------------------------

jiagu_lock() { # 1: held by another
  if command -v flock >/dev/null; then
    { : >>"$jiagu_lockfile"; } 2>/dev/null || return 1
    exec 9>>"$jiagu_lockfile"
    flock -n 9 || { jiagu_holder=$(head -c 64 "$jiagu_lockfile"); exec 9>&-; return 1; }
    printf '%s\n' "$1" >"$jiagu_lockfile"
    return 0
  fi
  if ! mkdir "$jiagu_lockfile.d" 2>/dev/null; then
    jiagu_owner=$(cat "$jiagu_lockfile.d/owner" 2>/dev/null)
    jiagu_holder=${jiagu_owner##* }
    if [ -z "$jiagu_owner" ] || [ "$(jiagu_process "${jiagu_owner%% *}")" = "${jiagu_owner% *}" ]; then return 1; fi
    mv "$jiagu_lockfile.d" "$jiagu_lockfile.$$" 2>/dev/null || return 1
    rm -rf "$jiagu_lockfile.$$"
    mkdir "$jiagu_lockfile.d" 2>/dev/null || return 1
  fi
  jiagu_own "$1"
}
jiagu_own() {
  printf '%s %s\n' "$(jiagu_process "$$")" "$1" >"$jiagu_lockfile.d/owner.$$"
  mv "$jiagu_lockfile.d/owner.$$" "$jiagu_lockfile.d/owner"
}
jiagu_unlock() {
  if command -v flock >/dev/null; then exec 9>&-; else rm -rf "$jiagu_lockfile.d"; fi
}

# --- the session's side: start, follow, ask -----------------------------------------------------------------------------

jiagu_answer() { printf '%s end %s %s\n' "$jiagu_nonce" "$1" "$(jiagu_base64 "${2:-}")"; }

jiagu_transact() { # NONCE VERB ID, the request on standard input
  jiagu_nonce=${1:-} jiagu_verb=${2:-} jiagu_id=${3:-}
  jiagu_setup || return 1
  jiagu_payload=$(cat)
  case $jiagu_payload in . | *"$jiagu_lf".) ;; *) jiagu_answer refused truncated; return 0 ;; esac
  [ "$(id -u)" = 0 ] || { jiagu_answer refused not-root; return 0; }
  case $jiagu_id in '' | *[!0-9a-f]*) jiagu_answer refused bad-request; return 0 ;; esac
  [ "${#jiagu_id}" -le 64 ] || { jiagu_answer refused bad-request; return 0; }
  for jiagu_tool in awk base64 cat chmod chown cp cut date df grep head ln ls mkdir mv rm sed setsid sha256sum sleep sort stat sync tail tr wc; do
    command -v "$jiagu_tool" >/dev/null || { jiagu_answer refused "tool $jiagu_tool"; return 0; }
  done
  jiagu_txn=$jiagu_state/txn/$jiagu_id
  case $jiagu_verb in
    apply | restore)
      if [ -d "$jiagu_txn" ]; then jiagu_follow; return 0; fi
      jiagu_start && jiagu_follow ;;
    status | cancel)
      [ -d "$jiagu_txn" ] || { jiagu_answer absent; return 0; }
      if [ "$jiagu_verb" = cancel ] && [ ! -e "$jiagu_txn/end" ]; then jiagu_decide rollback:canceled; fi
      jiagu_follow ;;
    clean) jiagu_clean ;;
    *) jiagu_answer refused bad-request ;;
  esac
  return 0
}

jiagu_start() { # make the transaction and let its own program do the work
  jiagu_error=$(mkdir -p "$jiagu_state/txn" 2>&1) || { jiagu_answer refused "$(jiagu_why "$jiagu_error")"; return 1; }
  chmod 700 "$jiagu_state"
  jiagu_room "$jiagu_state" "${#jiagu_payload}" || { jiagu_answer refused no-space; return 1; }
  jiagu_lock "$jiagu_id" || { jiagu_answer refused "locked ${jiagu_holder:-}"; return 1; }
  for jiagu_other in "$jiagu_state"/txn/*/; do
    if [ ! -d "$jiagu_other" ] || [ -e "$jiagu_other/end" ]; then continue; fi
    if [ -e "$jiagu_other/run" ]; then
      jiagu_other=${jiagu_other%/}
      jiagu_answer refused "open ${jiagu_other##*/}"
      jiagu_unlock
      return 1
    fi
    printf 'refused %s\n' "$(jiagu_base64 interrupted)" >"$jiagu_other/end" # it had not begun
  done
  find "$jiagu_state/txn" -mindepth 1 -maxdepth 1 -type d -mtime +30 2>/dev/null | while read -r jiagu_other; do
    [ ! -e "$jiagu_other/end" ] || rm -rf "$jiagu_other"
  done
  jiagu_error=$({
    mkdir "$jiagu_txn" && : >"$jiagu_txn/journal" &&
      printf '%s' "${jiagu_payload%.}" | base64 -d >"$jiagu_txn/request" &&
      jiagu_program >"$jiagu_txn/program" && printf '%s\n' "$jiagu_verb" >"$jiagu_txn/verb"
  } 2>&1) || {
    rm -rf "$jiagu_txn"
    jiagu_answer refused "$(jiagu_why "$jiagu_error")"
    jiagu_unlock
    return 1
  }
  jiagu_launch
}

jiagu_launch() {
  setsid /bin/sh "$jiagu_txn/program" run "$jiagu_id" </dev/null >/dev/null 2>&1 &
  while [ ! -e "$jiagu_txn/run" ] && kill -0 "$!" 2>/dev/null; do jiagu_pause 0.1; done
  if command -v flock >/dev/null; then exec 9>&-; fi
}

jiagu_alive() {
  jiagu_runner=$(cat "$jiagu_txn/run" 2>/dev/null) || return 1
  [ -n "$jiagu_runner" ] && [ "$(jiagu_process "${jiagu_runner%% *}")" = "$jiagu_runner" ]
}

jiagu_follow() { # print the journal as it grows, to the end
  jiagu_shown=0 jiagu_revived=
  jiagu_clock
  jiagu_beat=$jiagu_now
  while :; do
    jiagu_alive && jiagu_works=1 || jiagu_works=
    [ -e "$jiagu_txn/end" ] && jiagu_over=1 || jiagu_over=
    jiagu_lines=$(wc -l <"$jiagu_txn/journal" 2>/dev/null || echo 0)
    if [ "$jiagu_lines" -gt "$jiagu_shown" ]; then
      sed -n "$((jiagu_shown + 1)),${jiagu_lines}s/^/$jiagu_nonce event /p" "$jiagu_txn/journal"
      jiagu_shown=$jiagu_lines
    fi
    if [ -n "$jiagu_over" ]; then printf '%s end %s\n' "$jiagu_nonce" "$(cat "$jiagu_txn/end")"; return 0; fi
    if [ -z "$jiagu_works" ]; then
      [ -z "$jiagu_revived" ] || { jiagu_answer undecided interrupted; return 0; }
      jiagu_revived=1
      jiagu_revive || { jiagu_answer undecided "locked ${jiagu_holder:-}"; return 0; }
    fi
    jiagu_clock
    if [ $((jiagu_now - jiagu_beat)) -ge 3 ]; then printf '%s beat\n' "$jiagu_nonce"; jiagu_beat=$jiagu_now; fi
    jiagu_pause 0.2
  done
}

jiagu_revive() { # the program died before it decided: bring it to its end
  jiagu_tries=0
  until jiagu_lock "$jiagu_id"; do # a command of the dead program may hold it a little longer
    jiagu_tries=$((jiagu_tries + 1))
    [ "$jiagu_tries" -lt 50 ] || return 1
    jiagu_pause 0.2
  done
  if [ -e "$jiagu_txn/end" ]; then jiagu_unlock; return 0; fi
  if [ ! -e "$jiagu_txn/run" ]; then
    jiagu_finish refused interrupted
    jiagu_unlock
    return 0
  fi
  jiagu_decide rollback:interrupted # a decision that was made stays
  rm -f "$jiagu_txn/run"
  jiagu_launch
}

jiagu_clean() {
  jiagu_lock 0 || { jiagu_answer refused "locked ${jiagu_holder:-}"; return 0; }
  for jiagu_other in "$jiagu_state"/txn/*/; do
    if [ -e "$jiagu_other/run" ] && [ ! -e "$jiagu_other/end" ]; then
      jiagu_other=${jiagu_other%/}
      jiagu_answer refused "open ${jiagu_other##*/}"
      jiagu_unlock
      return 0
    fi
  done
  if jiagu_error=$(rm -rf "$jiagu_state" 2>&1); then jiagu_answer cleaned; else jiagu_answer refused "$(jiagu_why "$jiagu_error")"; fi
  rm -f "$jiagu_lockfile"
  jiagu_unlock
}

# --- the program's side: everything from here on runs detached ----------------------------------------------------------

jiagu_note() { # STATE [TEXT]: one durable line
  printf '%s %s %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$1" "$(jiagu_base64 "$(printf '%s' "${2:-}" | head -c 2000)")" >>"$jiagu_txn/journal"
  jiagu_sync "$jiagu_txn/journal"
}
jiagu_decide() { # confirm or rollback:REASON; made once, by whoever is first
  ln -s "$1" "$jiagu_txn/decision" 2>/dev/null || return 1
  jiagu_sync "$jiagu_txn"
}
jiagu_finish() { # WORD [REASON]
  jiagu_note "$1" "${2:-}"
  printf '%s %s\n' "$1" "$(jiagu_base64 "$(printf '%s' "${2:-}" | head -c 2000)")" >"$jiagu_txn/end.new"
  jiagu_sync "$jiagu_txn/end.new"
  mv "$jiagu_txn/end.new" "$jiagu_txn/end"
  jiagu_sync "$jiagu_txn"
}
jiagu_close() { # WORD [REASON]
  jiagu_finish "$@"
  jiagu_unlock
  exit 0
}
jiagu_refuse() { # nothing was changed
  [ -z "${jiagu_temporary:-}" ] || rm -f "$jiagu_temporary" "$jiagu_temporary_old"
  jiagu_decide "rollback:${1%% *}"
  jiagu_close refused "$1"
}

jiagu_field() { sed -n "/^content\$/q;s/^$1 //p" "$jiagu_txn/request" | head -n 1; }
jiagu_decoded() { jiagu_field "$1" | base64 -d 2>/dev/null; }

jiagu_parse() {
  [ "$(head -n 1 "$jiagu_txn/request")" = 'jiagu-transaction 1' ] || return 1
  jiagu_path=$(jiagu_decoded path)
  jiagu_before=$(jiagu_field before) jiagu_after=$(jiagu_field after) jiagu_size=$(jiagu_field size)
  jiagu_component=$(jiagu_field component) jiagu_address=$(jiagu_field address) jiagu_port=$(jiagu_field port)
  jiagu_limit=$(jiagu_field limit) jiagu_soak=$(jiagu_field soak)
  jiagu_argv_before=$(jiagu_decoded argv-before | sha256sum | cut -d ' ' -f 1)
  jiagu_argv_after=$(jiagu_decoded argv-after | sha256sum | cut -d ' ' -f 1)
  case $jiagu_path in /*) ;; *) return 1 ;; esac
  case $jiagu_path/ in *//* | */./* | */../* | *"$jiagu_lf"*) return 1 ;; esac
  jiagu_kind=$(jiagu_field kind)
  case ${jiagu_kind:=content} in
    content) ;;
    attributes)
      jiagu_mode=$(jiagu_field mode) jiagu_mode_after=$(jiagu_field mode-after)
      jiagu_owner=$(jiagu_field owner) jiagu_owner_after=$(jiagu_field owner-after)
      for jiagu_word in "$jiagu_mode" "$jiagu_mode_after"; do
        case $jiagu_word in '' | *[!0-7]* | ?????*) return 1 ;; esac
      done
      for jiagu_word in "$jiagu_owner" "$jiagu_owner_after"; do
        case $jiagu_word in *:*:* | :* | *: | *[!0-9:]*) return 1 ;; *:*) ;; *) return 1 ;; esac
      done
      [ "$jiagu_before" = "$jiagu_after" ] || return 1
      # Allowed to nobody who is not allowed it both before and after.
      jiagu_middle=$(printf %o $((0$jiagu_mode & 0$jiagu_mode_after & 0777))) ;;
    *) return 1 ;;
  esac
  for jiagu_word in "$jiagu_before" "$jiagu_after"; do
    [ "$jiagu_kind $jiagu_word" != 'attributes -' ] || continue
    case $jiagu_word in *[!0-9a-f]*) return 1 ;; esac
    [ "${#jiagu_word}" = 64 ] || return 1
  done
  for jiagu_word in "$jiagu_size" "$jiagu_limit" "$jiagu_soak"; do
    case $jiagu_word in '' | *[!0-9]* | ?????????*) return 1 ;; esac
  done
  case $jiagu_component in
    -) ;;
    kube-apiserver | kube-controller-manager | kube-scheduler)
      case $jiagu_address in '' | *[!0-9a-fA-F.:]*) return 1 ;; esac
      case $jiagu_port in '' | *[!0-9]*) return 1 ;; esac ;;
    kubelet)
      case $jiagu_port in '' | *[!0-9]*) return 1 ;; esac
      case $jiagu_port$jiagu_address in 0-) ;; *[!0-9a-fA-F.:]*) return 1 ;; esac ;;
    *) return 1 ;;
  esac
  jiagu_directory=${jiagu_path%/*}
  [ -n "$jiagu_directory" ] || jiagu_directory=/
  # A leading dot and the suffix .new: neither the kubelet nor a CNI reads such a file.
  jiagu_temporary=$jiagu_directory/.jiagu.$jiagu_id.new
  jiagu_temporary_old=$jiagu_directory/.jiagu.$jiagu_id.old.new
}

jiagu_run() {
  jiagu_id=$1
  jiagu_setup || exit 1
  trap '' HUP INT QUIT PIPE
  jiagu_txn=$jiagu_state/txn/$jiagu_id
  jiagu_process "$$" >"$jiagu_txn/run"
  jiagu_verb=$(cat "$jiagu_txn/verb")
  command -v flock >/dev/null || jiagu_own "$jiagu_id"
  jiagu_parse || jiagu_refuse bad-request
  if [ -L "$jiagu_txn/decision" ]; then jiagu_obey; fi
  jiagu_preflight
  if [ "$jiagu_kind" = attributes ]; then
    jiagu_set
  else
    jiagu_stage
    jiagu_push
  fi
  jiagu_keep
}

jiagu_preflight() {
  [ "$(cat /etc/machine-id 2>/dev/null)" = "$(jiagu_field machine-id)" ] || jiagu_refuse other-machine
  jiagu_part=$jiagu_path
  while [ -n "$jiagu_part" ]; do
    [ ! -L "$jiagu_part" ] || jiagu_refuse "symlink $jiagu_part"
    jiagu_part=${jiagu_part%/*}
  done
  [ -e "$jiagu_path" ] || jiagu_refuse missing
  [ -f "$jiagu_path" ] || jiagu_refuse not-regular
  [ "$(stat -c %h "$jiagu_path")" = 1 ] || jiagu_refuse linked
  jiagu_part=$jiagu_directory
  while [ -n "$jiagu_part" ]; do
    jiagu_trusted "$jiagu_part" || jiagu_refuse "unsafe-directory $jiagu_part"
    jiagu_part=${jiagu_part%/*}
  done
  jiagu_seen=$(stat -c '%i %Z' "$jiagu_path")
  jiagu_flags=$(lsattr -d "$jiagu_path" 2>/dev/null | cut -d ' ' -f 1)
  if [ "$jiagu_kind" = attributes ]; then
    # The file stays in its place: a mount point, a protected directory and a full file system are no obstacles.
    jiagu_hashed=$(jiagu_hash "$jiagu_path")
    [ "$jiagu_before" = - ] || [ "$jiagu_hashed" = "$jiagu_before" ] || jiagu_refuse changed
    jiagu_before=$jiagu_hashed jiagu_after=$jiagu_hashed
    case $(stat -c '%a %u:%g' "$jiagu_path") in
      "$jiagu_mode $jiagu_owner") ;;
      "$jiagu_mode_after $jiagu_owner_after") jiagu_refuse already ;;
      *) jiagu_refuse attributes ;;
    esac
    # The kernel takes capabilities off a file that gets another owner.
    case $jiagu_owner/$(jiagu_inert "$jiagu_path") in
      "$jiagu_owner_after"/*) ;;
      *security.capability=*) jiagu_refuse attributes ;;
    esac
  else
    if awk -v at="$jiagu_path" '$5 == at {found = 1} END {exit !found}' /proc/self/mountinfo; then jiagu_refuse bind-mount; fi
    case $(jiagu_hash "$jiagu_path") in
      "$jiagu_before") ;;
      "$jiagu_after") jiagu_refuse already ;;
      *) jiagu_refuse changed ;;
    esac
    [ "$(stat -c '%a %u:%g' "$jiagu_path")" = "$(jiagu_field mode) $(jiagu_field owner)" ] || jiagu_refuse attributes
    jiagu_flags=$jiagu_flags$(lsattr -d "$jiagu_directory" 2>/dev/null | cut -d ' ' -f 1)
    jiagu_room "$jiagu_directory" "$jiagu_size" || jiagu_refuse no-space
    # Without either nobody could tell whether the copy kept everything.
    if ! cp --help 2>&1 | grep -q -- --preserve; then command -v getfattr >/dev/null || jiagu_refuse 'tool getfattr'; fi
  fi
  case $jiagu_flags in *[ia]*) jiagu_refuse immutable ;; esac
  if grep -qsx kubeadm /proc/[0-9]*/comm; then jiagu_refuse kubeadm; fi
  [ "$jiagu_component" = - ] && return
  if [ "$jiagu_component" = kubelet ]; then
    command -v systemctl >/dev/null || jiagu_refuse 'tool systemctl'
    jiagu_unit
    [ "$jiagu_loaded" = loaded ] || jiagu_refuse no-unit
  else
    grep -qsx kubelet /proc/[0-9]*/comm || jiagu_refuse no-kubelet
  fi
  [ "$jiagu_verb" = apply ] || return 0
  # A step before this one may have shaken the component: kube-controller-manager ends when the API server is away.
  jiagu_patience=120
  [ "$jiagu_limit" -ge "$jiagu_patience" ] || jiagu_patience=$jiagu_limit
  jiagu_clock
  jiagu_since=$jiagu_now
  until jiagu_sound; do
    if [ -L "$jiagu_txn/decision" ]; then jiagu_refuse canceled; fi
    [ $((jiagu_now - jiagu_since)) -le "$jiagu_patience" ] || jiagu_refuse "unhealthy $jiagu_reply"
    jiagu_pause 1
    jiagu_clock
  done
}

jiagu_sound() { # runs with the arguments that were reviewed, and answers
  jiagu_reply=
  if [ "$jiagu_component" = kubelet ]; then
    jiagu_unit
    jiagu_reply="systemd: $jiagu_unit_state"
    [ "$jiagu_unit_state" = active/running ] || return 1
    jiagu_argv_is "$jiagu_main" "$jiagu_argv_before" || jiagu_refuse not-as-written
    jiagu_healthz || return 1
    jiagu_node
    case $jiagu_about in unknown* | True' '*) return 0 ;; esac
    jiagu_reply='the node is not Ready'
    return 1
  fi
  jiagu_running=$(jiagu_containers)
  [ -n "$jiagu_running" ] || return 1
  jiagu_argv_is "$jiagu_running" "$jiagu_argv_before" || jiagu_refuse not-as-written
  jiagu_ready
}

jiagu_trusted() { # a directory in which only root can put another file under our name
  case $(stat -c '%u %a' "$1") in
    '0 '[1357]???) return 0 ;; # sticky: others cannot rename what is root's
    '0 '*[2367]? | '0 '*[2367]) return 1 ;;
    '0 '*) return 0 ;;
  esac
  return 1
}

jiagu_stage() {
  jiagu_error=$({ sed '1,/^content$/d' "$jiagu_txn/request" | base64 -d >"$jiagu_txn/new"; } 2>&1) || jiagu_refuse "$(jiagu_why "$jiagu_error")"
  [ "$(jiagu_hash "$jiagu_txn/new")" = "$jiagu_after" ] || jiagu_refuse bad-request
  jiagu_sync "$jiagu_txn/new"
  jiagu_note staged
  jiagu_error=$(cp -a "$jiagu_path" "$jiagu_txn/old" 2>&1) || jiagu_refuse "$(jiagu_why "$jiagu_error")"
  [ "$(jiagu_hash "$jiagu_txn/old")" = "$jiagu_before" ] || jiagu_refuse changed
  jiagu_attributes "$jiagu_path" >"$jiagu_txn/attributes"
  [ "$(jiagu_attributes "$jiagu_txn/old")" = "$(cat "$jiagu_txn/attributes")" ] || jiagu_refuse attributes
  jiagu_sync "$jiagu_txn/old"
  jiagu_sync "$jiagu_txn"
  jiagu_note backed-up
}

jiagu_attribute() { # MODE OWNER: in an order that at no moment allows more than before or after
  jiagu_error=$(chmod "$jiagu_middle" "$jiagu_path" 2>&1) || return 1
  if [ "$(stat -c %u:%g "$jiagu_path")" != "$2" ]; then jiagu_error=$(chown "$2" "$jiagu_path" 2>&1) || return 1; fi
  jiagu_error=$(chmod "$1" "$jiagu_path" 2>&1)
}

jiagu_set() { # owner and mode, in place
  jiagu_note staged
  jiagu_error=$({
    jiagu_attributes "$jiagu_path" >"$jiagu_txn/attributes" && jiagu_inert "$jiagu_path" >"$jiagu_txn/inert"
  } 2>&1) || jiagu_refuse "$(jiagu_why "$jiagu_error")"
  jiagu_note backed-up
  jiagu_watch
  jiagu_inode=${jiagu_seen%% *}
  jiagu_error=$({ printf '%s %s\n' "$jiagu_inode" "$jiagu_before" >"$jiagu_txn/renaming"; } 2>&1) || {
    rm -f "$jiagu_txn/renaming"
    jiagu_refuse "$(jiagu_why "$jiagu_error")"
  }
  jiagu_sync "$jiagu_txn/attributes"
  jiagu_sync "$jiagu_txn/renaming"
  jiagu_sync "$jiagu_txn"
  if [ -L "$jiagu_txn/decision" ]; then jiagu_refuse canceled; fi
  [ "$(stat -c '%i %Z' "$jiagu_path") $(jiagu_hash "$jiagu_path")" = "$jiagu_seen $jiagu_before" ] || jiagu_refuse changed
  if ! jiagu_attribute "$jiagu_mode_after" "$jiagu_owner_after"; then
    jiagu_error=$(jiagu_why "$jiagu_error")
    [ "$(stat -c '%a %u:%g' "$jiagu_path")" != "$jiagu_mode $jiagu_owner" ] || jiagu_refuse "$jiagu_error"
    jiagu_decide "rollback:${jiagu_error%% *}" || jiagu_obey
    jiagu_rollback "$jiagu_error"
  fi
  jiagu_sync "$jiagu_path"
  jiagu_note set
  if [ "$(stat -c '%a %u:%g %i' "$jiagu_path") $(jiagu_hash "$jiagu_path")" != "$jiagu_mode_after $jiagu_owner_after $jiagu_inode $jiagu_after" ] ||
    [ "$(jiagu_inert "$jiagu_path")" != "$(cat "$jiagu_txn/inert")" ]; then
    jiagu_decide rollback:verify || jiagu_obey
    jiagu_rollback verify
  fi
  jiagu_note verified
}

jiagu_watch() { # what the gate compares with: taken before anything changes
  case $jiagu_component in
    -) ;;
    kubelet)
      jiagu_error=$({ jiagu_pods >"$jiagu_txn/pods"; } 2>&1) || jiagu_refuse "$(jiagu_why "$jiagu_error")"
      jiagu_node
      jiagu_error=$({ printf '%s\n' "$jiagu_about" >"$jiagu_txn/node"; } 2>&1) || jiagu_refuse "$(jiagu_why "$jiagu_error")"
      jiagu_sync "$jiagu_txn/node" ;;
    *) jiagu_known=" $(jiagu_logged | tr '\n' ' ')$(jiagu_containers | cut -d ' ' -f 2 | tr '\n' ' ')" ;;
  esac
}

jiagu_push() {
  jiagu_error=$({ cp -a "$jiagu_path" "$jiagu_temporary" && cat "$jiagu_txn/new" >"$jiagu_temporary"; } 2>&1) ||
    jiagu_refuse "$(jiagu_why "$jiagu_error")"
  [ "$(jiagu_hash "$jiagu_temporary")" = "$jiagu_after" ] || jiagu_refuse no-space
  [ "$(jiagu_attributes "$jiagu_temporary")" = "$(cat "$jiagu_txn/attributes")" ] || jiagu_refuse attributes
  jiagu_sync "$jiagu_temporary"
  jiagu_watch
  jiagu_error=$({ printf '%s\n' "${jiagu_known:-}" >"$jiagu_txn/renaming"; } 2>&1) || jiagu_refuse "$(jiagu_why "$jiagu_error")"
  jiagu_sync "$jiagu_txn/renaming"
  jiagu_sync "$jiagu_txn"
  if [ -L "$jiagu_txn/decision" ]; then jiagu_refuse canceled; fi
  [ "$(stat -c '%i %Z' "$jiagu_path") $(jiagu_hash "$jiagu_path")" = "$jiagu_seen $jiagu_before" ] || jiagu_refuse changed
  jiagu_error=$(mv -T -f "$jiagu_temporary" "$jiagu_path" 2>&1) || jiagu_refuse "$(jiagu_why "$jiagu_error")"
  jiagu_sync "$jiagu_directory"
  jiagu_note renamed
  if [ "$(jiagu_hash "$jiagu_path")" != "$jiagu_after" ] || [ "$(jiagu_attributes "$jiagu_path")" != "$(cat "$jiagu_txn/attributes")" ]; then
    jiagu_decide rollback:verify || jiagu_obey
    jiagu_rollback verify
  fi
  jiagu_note verified
}

jiagu_keep() {
  if ! jiagu_gate forward "$jiagu_argv_after"; then
    jiagu_decide "rollback:${jiagu_reason%% *}" || jiagu_obey
    jiagu_rollback "$jiagu_reason"
  fi
  jiagu_decide confirm
  jiagu_obey
}

jiagu_obey() { # what was decided, by whomever
  jiagu_known=$(cat "$jiagu_txn/renaming" 2>/dev/null)
  case $(readlink "$jiagu_txn/decision") in
    confirm) jiagu_close confirmed ;;
    rollback:*) jiagu_rollback "$(readlink "$jiagu_txn/decision" | sed 's/^rollback://')" ;;
  esac
  jiagu_close undecided "failed no decision"
}

jiagu_rollback() { # REASON: old bytes, old attributes, and the component as before
  rm -f "$jiagu_temporary" "$jiagu_temporary_old"
  [ -e "$jiagu_txn/renaming" ] || jiagu_close refused "$1"
  jiagu_note rolling-back "$1"
  jiagu_error=
  if [ "$jiagu_kind" = attributes ]; then jiagu_unset; else jiagu_put_back; fi
  [ "$(jiagu_attributes "$jiagu_path")" = "$(cat "$jiagu_txn/attributes")" ] || jiagu_close stuck 'rollback-failed attributes'
  jiagu_gate back "$jiagu_argv_before" || jiagu_close stuck "not-back $jiagu_reason"
  jiagu_close rolled-back "$1"
}

jiagu_unset() { # the recorded owner and mode, on the very file that had them
  read -r jiagu_inode jiagu_before <"$jiagu_txn/renaming"
  if [ -z "$jiagu_before" ]; then # it was not even written: nothing had begun
    jiagu_inode=$(stat -c %i "$jiagu_path") jiagu_before=$(jiagu_hash "$jiagu_path")
  fi
  jiagu_after=$jiagu_before
  [ ! -L "$jiagu_path" ] && [ "$(stat -c %i "$jiagu_path") $(jiagu_hash "$jiagu_path")" = "$jiagu_inode $jiagu_before" ] ||
    jiagu_close stuck foreign-edit
  case $(stat -c '%a %u:%g' "$jiagu_path") in
    "$jiagu_mode $jiagu_owner") return ;;
    "$jiagu_mode_after $jiagu_owner_after" | "$jiagu_middle $jiagu_owner" | "$jiagu_middle $jiagu_owner_after") ;;
    *) jiagu_close stuck foreign-edit ;;
  esac
  jiagu_attribute "$jiagu_mode" "$jiagu_owner" || jiagu_close stuck "rollback-failed $jiagu_error"
  jiagu_sync "$jiagu_path"
}

jiagu_put_back() {
  case $(jiagu_hash "$jiagu_path") in
    "$jiagu_before") ;;
    "$jiagu_after")
      [ "$(jiagu_hash "$jiagu_txn/old")" = "$jiagu_before" ] || jiagu_close stuck backup-damaged
      jiagu_error=$(cp -a "$jiagu_txn/old" "$jiagu_temporary_old" 2>&1) || jiagu_close stuck "rollback-failed $jiagu_error"
      [ "$(jiagu_hash "$jiagu_temporary_old")" = "$jiagu_before" ] || jiagu_close stuck "rollback-failed $jiagu_error"
      jiagu_sync "$jiagu_temporary_old"
      [ "$(jiagu_hash "$jiagu_path")" = "$jiagu_after" ] || jiagu_close stuck foreign-edit
      jiagu_error=$(mv -T -f "$jiagu_temporary_old" "$jiagu_path" 2>&1) || jiagu_close stuck "rollback-failed $jiagu_error"
      jiagu_sync "$jiagu_directory" ;;
    *) jiagu_close stuck foreign-edit ;;
  esac
  [ "$(jiagu_hash "$jiagu_path")" = "$jiagu_before" ] || jiagu_close stuck 'rollback-failed bytes'
}

# --- the gate: is the component back? -----------------------------------------------------------------------------------

jiagu_containers() { # the component's processes in containers: PID ID, a line each
  [ "$jiagu_component" != - ] || return 0
  # shellcheck disable=SC2013 # names without blanks
  for jiagu_at in $(grep -ls -- "$jiagu_component" /proc/[0-9]*/cmdline); do
    jiagu_first=$(tr '\0' '\n' <"$jiagu_at" 2>/dev/null | head -n 1)
    [ "${jiagu_first##*/}" = "$jiagu_component" ] || continue
    jiagu_pid=${jiagu_at#/proc/} jiagu_pid=${jiagu_pid%/cmdline}
    # …/ID (cgroupfs), …-ID.scope (containerd, cri-o and Docker under systemd), a cgroup below either
    sed -n "s/^.*[/-]\([0-9a-f]\{64\}\)\(\.scope\)\{0,1\}\(\/.*\)\{0,1\}\$/$jiagu_pid \1/p" "/proc/$jiagu_pid/cgroup" 2>/dev/null | head -n 1
  done
}
jiagu_logged() { # the ids of the component's containers that ever started, as far as their logs are kept
  for jiagu_at in "/var/log/containers/$jiagu_component"-*.log; do
    jiagu_at=${jiagu_at##*-} jiagu_at=${jiagu_at%.log}
    case $jiagu_at in *[!0-9a-f]*) ;; *) [ "${#jiagu_at}" != 64 ] || printf '%s\n' "$jiagu_at" ;; esac
  done
}
jiagu_last_words() { # ID: the end of its log, fatal lines first
  for jiagu_at in "/var/log/containers/$jiagu_component"-*"$1.log"; do
    jiagu_fatal=$(tail -n 50 "$jiagu_at" 2>/dev/null | cut -c 1-600 | grep 'command failed\|Error: \|panic: \| F F[0-9][0-9][0-9][0-9] ' | tail -n 2)
    [ -n "$jiagu_fatal" ] || jiagu_fatal=$(tail -n 2 "$jiagu_at" 2>/dev/null | cut -c 1-600)
    printf '%s' "$jiagu_fatal" | tr '\n' ' '
  done
}
jiagu_argv_is() { # "PID ID" HASH: byte for byte
  [ "$(jiagu_hash "/proc/${1%% *}/cmdline")" = "$2" ]
}

jiagu_ready() { # the component's own address answers 200; 403 and 500 are no answers
  case $jiagu_address in *:*) jiagu_url=https://[$jiagu_address]:$jiagu_port ;; *) jiagu_url=https://$jiagu_address:$jiagu_port ;; esac
  jiagu_admin=/etc/kubernetes/admin.conf jiagu_pki=/etc/kubernetes/pki
  if [ "$jiagu_component" != kube-apiserver ]; then
    if command -v curl >/dev/null; then
      jiagu_reply=$(curl -sSk --noproxy '*' --max-time 5 -o /dev/null -w '%{http_code}' "$jiagu_url/healthz" 2>&1)
    else
      jiagu_reply=$(kubectl --kubeconfig /dev/null --server "$jiagu_url" --insecure-skip-tls-verify --request-timeout 5s get --raw /healthz 2>&1) && jiagu_reply=200
    fi
  elif command -v kubectl >/dev/null && [ -r "$jiagu_admin" ]; then
    jiagu_reply=$(kubectl --kubeconfig "$jiagu_admin" --server "$jiagu_url" --request-timeout 5s get --raw /readyz 2>&1) && jiagu_reply=200
  else
    jiagu_reply=$(curl -sS --noproxy '*' --max-time 5 --cacert "$jiagu_pki/ca.crt" --cert "$jiagu_pki/apiserver-kubelet-client.crt" \
      --key "$jiagu_pki/apiserver-kubelet-client.key" -o /dev/null -w '%{http_code}' "$jiagu_url/readyz" 2>&1)
  fi
  [ "$jiagu_reply" = 200 ]
}

jiagu_gate() { # forward|back ARGV-HASH: true when the component is back; else the reason is in jiagu_reason
  [ "$jiagu_component" != - ] || return 0
  if [ "$jiagu_component" = kubelet ]; then jiagu_gate_kubelet "$@"; return; fi
  jiagu_clock
  jiagu_since=$jiagu_now jiagu_good=0 jiagu_steady='' jiagu_current='' jiagu_reply=''
  jiagu_expected=$jiagu_after jiagu_least=$jiagu_soak
  [ "$1" = forward ] || jiagu_expected=$jiagu_before jiagu_least=0
  jiagu_hold=$jiagu_least
  jiagu_note gate waiting
  while :; do
    if [ "$1" = forward ] && [ -L "$jiagu_txn/decision" ]; then jiagu_reason=canceled; return 1; fi
    [ "$(jiagu_hash "$jiagu_path")" = "$jiagu_expected" ] || { jiagu_reason=foreign-edit; return 1; }
    jiagu_started=$(jiagu_logged) # before the processes: what is logged and has no process has ended
    jiagu_chosen=
    jiagu_found=$(jiagu_containers)
    while read -r jiagu_pid jiagu_container; do
      [ -n "$jiagu_pid" ] || continue
      case $jiagu_known in
        *" $jiagu_container "*)
          # The old container counts where nothing tells the kubelet to replace it.
          [ "$1" = back ] || [ "$jiagu_argv_before" = "$jiagu_argv_after" ] || continue
          jiagu_argv_is "$jiagu_pid" "$2" && jiagu_chosen="$jiagu_pid $jiagu_container" ;;
        *)
          jiagu_started="$jiagu_started$jiagu_lf$jiagu_container"
          if jiagu_argv_is "$jiagu_pid" "$2"; then
            jiagu_chosen="$jiagu_pid $jiagu_container"
          elif [ "$1" = forward ] && [ -e "/proc/$jiagu_pid/cmdline" ]; then
            jiagu_reason=gate-argv
            return 1
          fi ;;
      esac
    done <<LIST
$jiagu_found
LIST
    if [ "$1" = forward ]; then
      [ -z "$jiagu_current" ] || jiagu_started="$jiagu_started$jiagu_lf${jiagu_current#* }"
      for jiagu_container in $jiagu_started; do
        case $jiagu_known in *" $jiagu_container "*) continue ;; esac
        grep -qs "$jiagu_container" /proc/[0-9]*/cgroup || { jiagu_reason="gate-exit $(jiagu_last_words "$jiagu_container")"; return 1; }
      done
    fi
    if [ "$jiagu_chosen" != "$jiagu_current" ]; then
      jiagu_good=0 jiagu_steady='' jiagu_current=$jiagu_chosen jiagu_hold=$jiagu_least
      if [ -n "$jiagu_chosen" ]; then
        jiagu_note gate "started $(printf '%s' "${jiagu_chosen#* }" | cut -c 1-12)"
        # An old container may still be about to be replaced: the kubelet lists its directory every 20 s.
        case $jiagu_known in *" ${jiagu_chosen#* } "*) [ "$jiagu_hold" -ge 25 ] || jiagu_hold=25 ;; esac
      fi
    fi
    jiagu_clock
    if [ -n "$jiagu_current" ] && jiagu_ready; then
      jiagu_good=$((jiagu_good + 1))
      if [ "$jiagu_good" -ge 3 ] && [ -z "$jiagu_steady" ]; then
        jiagu_steady=$jiagu_now
        jiagu_note gate ready
      fi
    else
      jiagu_good=0 jiagu_steady=
    fi
    jiagu_clock
    if [ -n "$jiagu_steady" ] && [ $((jiagu_now - jiagu_steady)) -ge "$jiagu_hold" ]; then return 0; fi
    if [ $((jiagu_now - jiagu_since)) -gt $((jiagu_limit + jiagu_hold)) ] ||
      { [ -z "$jiagu_steady" ] && [ $((jiagu_now - jiagu_since)) -gt "$jiagu_limit" ]; }; then
      jiagu_reason="gate-timeout $(printf '%s' "$jiagu_reply" | tail -n 1 | cut -c 1-300)"
      return 1
    fi
    jiagu_pause 0.4
  done
}

# --- the gate of the kubelet: a new process, the same containers, the same node ----------------------------------------

jiagu_unit() { # how systemd has it: jiagu_loaded, jiagu_main (0: no process), jiagu_unit_state, jiagu_restarts
  jiagu_shows=$(systemctl show -p LoadState -p MainPID -p NRestarts -p ActiveState -p SubState kubelet 2>/dev/null)
  jiagu_loaded=$(printf '%s\n' "$jiagu_shows" | sed -n 's/^LoadState=//p')
  jiagu_main=$(printf '%s\n' "$jiagu_shows" | sed -n 's/^MainPID=//p')
  jiagu_restarts=$(printf '%s\n' "$jiagu_shows" | sed -n 's/^NRestarts=//p')
  jiagu_unit_state=$(printf '%s\n' "$jiagu_shows" | sed -n 's/^ActiveState=//p')/$(printf '%s\n' "$jiagu_shows" | sed -n 's/^SubState=//p')
  : "${jiagu_main:=0}" "${jiagu_restarts:=0}"
}

jiagu_healthz() { # 200, or no such address (port 0)
  [ "$jiagu_port" != 0 ] || return 0
  case $jiagu_address in *:*) jiagu_url=http://[$jiagu_address]:$jiagu_port ;; *) jiagu_url=http://$jiagu_address:$jiagu_port ;; esac
  if command -v curl >/dev/null; then
    jiagu_reply=$(curl -sS --noproxy '*' --max-time 5 -o /dev/null -w '%{http_code}' "$jiagu_url/healthz" 2>&1)
  elif command -v wget >/dev/null; then
    jiagu_reply=$(wget -q -T 5 -O /dev/null "$jiagu_url/healthz" 2>&1) && jiagu_reply=200
  else
    jiagu_reply=$(kubectl --kubeconfig /dev/null --server "$jiagu_url" --request-timeout 5s get --raw /healthz 2>&1) && jiagu_reply=200
  fi
  [ "$jiagu_reply" = 200 ]
}

jiagu_pods() { # every container of a pod that has a process: ID UID NAMESPACE/NAME, the sandboxes among them
  cat /proc/[0-9]*/cgroup 2>/dev/null |
    sed -n '/kubepods/s/^.*[-/]pod\([0-9a-f_-]\{32,36\}\)\(\.slice\)\{0,1\}\/\(.*[/-]\)\{0,1\}\([0-9a-f]\{64\}\)\(\.scope\)\{0,1\}\(\/.*\)\{0,1\}$/\4 \1/p' |
    sort -u | while read -r jiagu_container jiagu_uid; do
    jiagu_uid=$(printf %s "$jiagu_uid" | tr _ -) jiagu_pod=-
    for jiagu_at in /var/log/pods/*_"$jiagu_uid"; do
      [ ! -d "$jiagu_at" ] || { jiagu_at=${jiagu_at##*/} jiagu_pod=${jiagu_at%_*} jiagu_pod=${jiagu_pod%%_*}/${jiagu_pod#*_}; }
    done
    printf '%s %s %s\n' "$jiagu_container" "$jiagu_uid" "$jiagu_pod"
  done
}

jiagu_ask() { # PATH: jiagu_body as the API server gives it to the kubelet's own identity, jiagu_code 200, 404 or a complaint
  jiagu_conf=/etc/kubernetes/kubelet.conf jiagu_pem=/var/lib/kubelet/pki/kubelet-client-current.pem jiagu_body=''
  if [ ! -r "$jiagu_conf" ]; then
    jiagu_code="no $jiagu_conf"
  elif command -v curl >/dev/null && [ -r "$jiagu_pem" ]; then
    jiagu_server=$(sed -n 's/^[ -]*server: *//p' "$jiagu_conf" | tr -d "\"'" | head -n 1)
    jiagu_ca=$(sed -n 's/^ *certificate-authority: *//p' "$jiagu_conf" | tr -d "\"'" | head -n 1)
    if [ -z "$jiagu_ca" ]; then
      jiagu_ca=$jiagu_txn/ca.crt
      sed -n 's/^ *certificate-authority-data: *//p' "$jiagu_conf" | tr -d "\"'" | head -n 1 | base64 -d >"$jiagu_ca" 2>/dev/null
    fi
    jiagu_body=$(curl -sS --noproxy '*' --max-time 5 --cacert "$jiagu_ca" --cert "$jiagu_pem" --key "$jiagu_pem" \
      -w '\n%{http_code}\n' "$jiagu_server$1?pretty=true" 2>&1)
    jiagu_code=$(printf '%s\n' "$jiagu_body" | tail -n 1)
    [ "$jiagu_code" != 000 ] || jiagu_code=$(printf '%s\n' "$jiagu_body" | head -n 1)
  elif command -v kubectl >/dev/null; then
    if jiagu_body=$(kubectl --kubeconfig "$jiagu_conf" --request-timeout 5s get --raw "$1?pretty=true" 2>&1); then
      jiagu_code=200
    else
      jiagu_code=$(printf '%s\n' "$jiagu_body" | tail -n 1)
      case $jiagu_code in *'(NotFound)'*) jiagu_code=404 ;; esac
    fi
  else
    jiagu_code='neither curl nor kubectl'
  fi
  jiagu_code=$(printf %s "$jiagu_code" | cut -c 1-200)
}

jiagu_node() { # jiagu_about: "READY HEARTBEAT NAME=COUNT..." with the extended resources, or "unknown WHY"
  jiagu_name=$(jiagu_decoded argv-before | tr '\0' '\n' | sed -n 's/^--hostname-override=//p' | tail -n 1)
  [ -n "$jiagu_name" ] || jiagu_name=$(tr 'A-Z' 'a-z' </proc/sys/kernel/hostname)
  case $jiagu_name in *[!a-z0-9.-]*) jiagu_about='unknown the name of the node'; return ;; esac
  jiagu_ask "/api/v1/nodes/$jiagu_name"
  if [ "$jiagu_code" != 200 ]; then jiagu_about="unknown $jiagu_code"; return; fi
  jiagu_about=$(printf '%s\n' "$jiagu_body" | awk '
    /^    "allocatable": [{]$/ {inside = 1; next}
    inside && /^    [}]/ {inside = 0}
    inside && /^      "[^"]*\/[^"]*": / {gsub(/[ ",]/, ""); sub(/:/, "="); resources = resources " " $0}
    /^        "type": "Ready",$/ {ready = 1; next}
    /^        "type": / {ready = 0}
    ready && /"status": / {gsub(/[ ",]/, ""); sub(/^status:/, ""); status = $0}
    ready && /"lastHeartbeatTime": / {gsub(/[ ",]/, ""); sub(/^lastHeartbeatTime:/, ""); beat = $0}
    END {print (status ? status : "-") " " (beat ? beat : "-") resources}')
}

jiagu_gone() { # jiagu_doubt: a pod that ran before the restart and was not ended by itself or by its owner, or nothing
  # A container that ends by itself leaves the sandbox of its pod, whose process only a kubelet removes. When the sandbox
  # is gone too, the API server knows whether the pod was deleted or had finished; otherwise the restart has ended it.
  jiagu_doubt=
  jiagu_absent=$(jiagu_pods | awk -v before="$jiagu_watched" '
    {live[$1] = 1}
    END {
      while ((getline line <before) > 0) {
        split(line, word, " ")
        name[word[2]] = word[3]
        count[word[2]]++
        if (word[1] in live) kept[word[2]] = 1
      }
      for (uid in name) if (!(uid in kept)) print uid, name[uid], count[uid]
    }')
  while read -r jiagu_uid jiagu_pod jiagu_count; do
    [ -n "$jiagu_uid" ] || continue
    case $jiagu_excused in *" $jiagu_uid "*) continue ;; esac
    if jiagu_excuse; then
      jiagu_excused="$jiagu_excused$jiagu_uid "
      jiagu_note gate "ended $jiagu_pod"
    else
      jiagu_doubt="$jiagu_pod $jiagu_code"
    fi
  done <<LIST
$jiagu_absent
LIST
  [ -z "$jiagu_doubt" ]
}
jiagu_excuse() {
  jiagu_code='its name is not known'
  case $jiagu_pod in */*) ;; *) return 1 ;; esac
  jiagu_ask "/api/v1/namespaces/${jiagu_pod%%/*}/pods/${jiagu_pod#*/}"
  [ "$jiagu_code" != 404 ] || return 0
  [ "$jiagu_code" = 200 ] || return 1
  jiagu_code=$(printf '%s\n' "$jiagu_body" | sed -n 's/^    "\(uid\|phase\|reason\|deletionTimestamp\)": "\(.*\)",\{0,1\}$/\1=\2/p;s/^      "\(kubernetes.io\/config.hash\)": "\(.*\)",\{0,1\}$/static=\2/p' | tr '\n' ' ')
  case " $jiagu_code" in
    *" static=$jiagu_uid "*) return 1 ;;
    *' deletionTimestamp='* | *' phase=Succeeded '* | *' reason=DeadlineExceeded '*) return 0 ;;
    *" uid=$jiagu_uid "*) ;;
    *) return 0 ;; # another pod of the same name: this one was deleted
  esac
  case " $jiagu_code" in
    *' reason='*) return 1 ;; # evicted, or not admitted again
    *' phase=Failed '*) return 0 ;;
  esac
  # Where the runtime keeps no sandbox process, a container that restarts in its pod looks the same.
  [ "$jiagu_count" = 1 ]
}

jiagu_fatal_words() { # what the kubelet said since it was restarted, fatal lines first
  command -v journalctl >/dev/null || { printf 'its log cannot be read: journalctl is missing'; return; }
  journalctl --sync 2>/dev/null
  jiagu_log=$(journalctl -u kubelet --no-pager -o cat --since "@$jiagu_stamp" 2>/dev/null | tail -n 400 | cut -c 1-800)
  jiagu_fatal=$(printf '%s\n' "$jiagu_log" | grep 'command failed\|Failed to listen and serve\|panic: \|Error: \|^F[0-9]\{4\} ' | tail -n 1)
  [ -n "$jiagu_fatal" ] || jiagu_fatal=$(printf '%s\n' "$jiagu_log" | tail -n 2)
  printf '%s' "$jiagu_fatal" | tr '\n' ' '
}

jiagu_gate_kubelet() { # forward|back ARGV-HASH
  jiagu_watched=$jiagu_txn/pods
  jiagu_expected=$jiagu_after jiagu_hold=$jiagu_soak
  if [ "$1" = back ]; then
    jiagu_expected=$jiagu_before jiagu_hold=0 jiagu_watched=$jiagu_txn/pods.back
    jiagu_pods >"$jiagu_watched"
  fi
  # Without an answer only time tells: systemd waits up to 10 s before it starts a fallen kubelet again.
  [ "$jiagu_port" != 0 ] || [ "$jiagu_hold" -ge 20 ] || jiagu_hold=20
  jiagu_wanted=$(cat "$jiagu_txn/node" 2>/dev/null)
  case $jiagu_wanted in
    'True '*) jiagu_wanted=${jiagu_wanted#True * } jiagu_asked=1; case $jiagu_wanted in True*) jiagu_wanted='' ;; esac ;;
    *) jiagu_asked=; jiagu_note gate "node-unknown ${jiagu_wanted#unknown }" ;;
  esac
  jiagu_note gate waiting
  jiagu_unit
  jiagu_old=$(jiagu_process "$jiagu_main") jiagu_floor=$jiagu_restarts jiagu_stamp=$(date +%s)
  jiagu_restarted=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  if [ "$jiagu_kind" = attributes ]; then
    jiagu_old='' jiagu_restarted=''
  elif ! jiagu_error=$(systemctl restart kubelet 2>&1); then
    jiagu_reason="gate-exit $(jiagu_fatal_words) $jiagu_error"
    return 1
  fi
  jiagu_clock
  jiagu_since=$jiagu_now jiagu_good=0 jiagu_steady='' jiagu_current='' jiagu_reply='' jiagu_excused=' ' jiagu_doubted='' jiagu_other=''
  while :; do
    if [ "$1" = forward ] && [ -L "$jiagu_txn/decision" ]; then jiagu_reason=canceled; return 1; fi
    [ "$(jiagu_hash "$jiagu_path")" = "$jiagu_expected" ] || { jiagu_reason=foreign-edit; return 1; }
    jiagu_clock
    jiagu_unit
    [ "$jiagu_restarts" -ge "$jiagu_floor" ] || jiagu_floor=$jiagu_restarts
    jiagu_life=$(jiagu_process "$jiagu_main")
    case $jiagu_unit_state in
      */auto-restart* | failed/* | inactive/*) jiagu_fell=1 ;;
      *) [ "$jiagu_restarts" -gt "$jiagu_floor" ] && jiagu_fell=1 || jiagu_fell= ;;
    esac
    [ -z "$jiagu_current" ] || [ "$jiagu_life" = "$jiagu_current" ] || jiagu_fell=1
    if [ -n "$jiagu_fell" ]; then jiagu_reason="gate-exit $(jiagu_fatal_words)"; return 1; fi
    if [ -z "$jiagu_current" ] && [ "$jiagu_main" != 0 ] && [ "$jiagu_life" != "$jiagu_old" ]; then
      jiagu_current=$jiagu_life jiagu_other=$jiagu_now
      jiagu_note gate "process $jiagu_main"
    fi
    jiagu_as=
    if [ -n "$jiagu_current" ]; then
      jiagu_argv=$(jiagu_hash "/proc/$jiagu_main/cmdline")
      # On the way back also what systemd started on the way there: that comes from files that are not ours.
      if [ "$jiagu_argv" = "$2" ] || { [ "$1" = back ] && [ "x$jiagu_argv" = "x$(cat "$jiagu_txn/argv" 2>/dev/null || echo -)" ]; }; then
        jiagu_as=1 jiagu_other=$jiagu_now
      elif [ $((jiagu_now - jiagu_other)) -ge 5 ]; then # until then it may not have been executed yet
        [ "$1" = back ] || printf '%s\n' "$jiagu_argv" >"$jiagu_txn/argv"
        jiagu_reason=gate-argv
        return 1
      fi
    fi
    if jiagu_gone; then
      jiagu_doubted=
    else
      : "${jiagu_doubted:=$jiagu_now}"
      if [ $((jiagu_now - jiagu_doubted)) -ge 15 ]; then jiagu_reason="gate-pods $jiagu_doubt"; return 1; fi
    fi
    if [ -n "$jiagu_as" ] && [ -z "$jiagu_doubted" ] && jiagu_healthz; then
      jiagu_good=$((jiagu_good + 1))
      if [ "$jiagu_good" -ge 3 ] && [ -z "$jiagu_steady" ]; then
        jiagu_steady=$jiagu_now
        jiagu_note gate ready
      fi
    else
      jiagu_good=0 jiagu_steady=
    fi
    jiagu_clock
    jiagu_about=
    if [ -n "$jiagu_steady" ] && [ $((jiagu_now - jiagu_steady)) -ge "$jiagu_hold" ]; then
      [ -n "$jiagu_asked" ] || return 0
      jiagu_node
      # The heartbeat of a time after the restart: before it the node's object is what the old process wrote.
      read -r jiagu_is jiagu_beat_at jiagu_has <<LINE
$jiagu_about
LINE
      if [ "$jiagu_is $jiagu_has" = "True $jiagu_wanted" ] &&
        [ "$(printf '%s\n%s\n' "$jiagu_restarted" "$jiagu_beat_at" | sort | head -n 1)" = "$jiagu_restarted" ]; then
        [ -z "$jiagu_wanted" ] || jiagu_note gate "resources $jiagu_wanted"
        return 0
      fi
    fi
    if [ $((jiagu_now - jiagu_since)) -gt $((jiagu_limit + jiagu_hold)) ] ||
      { [ -z "$jiagu_steady" ] && [ $((jiagu_now - jiagu_since)) -gt "$jiagu_limit" ]; }; then
      jiagu_reason="gate-timeout $(printf '%s' "$jiagu_reply" | tail -n 1 | cut -c 1-300)"
      [ -z "$jiagu_about" ] || jiagu_reason="gate-node before: ${jiagu_wanted:--} now: $jiagu_about"
      return 1
    fi
    jiagu_pause 0.4
  done
}

if [ "${1:-}" = run ]; then jiagu_run "$2"; fi
