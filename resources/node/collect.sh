#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Reads a Kubernetes node and prints a snapshot of it, for Jiagu to judge on another machine:
#
#     sh collect.sh > node.jiagu-snapshot          (as root)
#
# It only reads. It writes no file, changes no setting and restarts nothing. Private keys, kubeconfigs and Secret
# objects stay on the node: of such files only attributes and a hash are printed. The format is docs/snapshot.md.
# Needs a POSIX shell with the usual tools (or busybox); kubectl on a control-plane node.

LC_ALL=C
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/bin
HOME=/nonexistent # no rc file, no cache
export LC_ALL PATH HOME
umask 077
unset CDPATH ENV BASH_ENV GREP_OPTIONS KUBECONFIG KUBERC http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY

file_limit=8388608    # bytes of one file, of one command's output
total_limit=67108864  # bytes of the whole snapshot
page_limit=33554432   # bytes of one answer of the API server, unpacked
answer_limit=167772160 # bytes of all its answers, unpacked
time_limit=120        # seconds after which nothing new is begun
files_limit=400       # files whose content is sent
pages_limit=100       # pages of one API resource

nl='
'

# ---- records -------------------------------------------------------------------------------------------------------

# field TEXT: sets $field to TEXT as one word; what is not plain is base64 after a '='.
field() {
    case $1 in
    '' | *[!A-Za-z0-9._/:@%+,~=-]* | =*) field="=$(printf %s "$1" | base64 | tr -d '\n')" ;;
    *) field=$1 ;;
    esac
}

# record WORD...: the line that is a record or begins one.
record() {
    count=$((count + 1))
    printf '%s %s\n' "$nonce" "$*"
}

fact() {
    field "$2"
    record fact "$1" "$field"
}

note() {
    field "$1"
    record note "$field"
}

# finish STATUS ERROR: the line that ends a record with a body.
finish() {
    if [ -n "$2" ]; then
        field "$(printf '%.2000s' "$2")"
        printf '%s end %s %s\n' "$nonce" "$1" "$field"
    else
        printf '%s end %s\n' "$nonce" "$1"
    fi
}

# body COMMAND...: what a command prints is a record's body; its status and its complaints are the record's end.
body() {
    said=$({ { "$@" 2>&3; echo "status=$?" >&3; } | head -c "$file_limit" | base64 >&5; } 3>&1)
    finish "${said##*status=}" "${said%status=*}"
}

# output ID COMMAND...
output() {
    record output "$1"
    shift
    body "$@"
}

late() {
    read -r now _ </proc/uptime
    [ $((${now%.*} - began)) -gt "$time_limit" ]
}

# ---- processes -----------------------------------------------------------------------------------------------------

# components: the running components by the name they were called as, and what their arguments name. Of no other process
# are the arguments read into the snapshot.
components() {
    apiserver='' etcd_data='' config='' config_dirs='' pod_dirs='' named='' seen=''
    advertise='' port=6443 kubelet_program=kubelet
    set +f
    set -- /proc/[0-9]*/cmdline
    set -f
    for cmdline in $(printf '%s\n' "$@" | xargs grep -lsE \
        '^([^ ]*/)?(kube-apiserver|kube-controller-manager|kube-scheduler|kube-proxy|kubelet|etcd|containerd|k3s|rke2|k0s|microk8s|hyperkube|crio|dockerd|cri-dockerd|isulad)'); do
        arguments=$(tr '\000\012' '\012\040' 2>/dev/null <"$cmdline")
        name=${arguments%%"$nl"*}
        program=$name
        name=${name##*/}
        case ${name%% *} in
        k3s | rke2 | k0s | microk8s | hyperkube | crio | dockerd | cri-dockerd | isulad)
            seen="$seen ${name%% *}"
            continue
            ;;
        esac
        case $name in
        kube-apiserver | kube-controller-manager | kube-scheduler | kube-proxy | kubelet | etcd | containerd) ;;
        *) continue ;;
        esac
        pid=${cmdline#/proc/}
        pid=${pid%/cmdline}
        process && arguments
    done
    [ -z "$seen" ] || fact seen "${seen# }"
}

process() {
    stat='' uid='' container='' unit=''
    read -r stat 2>/dev/null <"/proc/$pid/stat" || return 1
    # shellcheck disable=SC2086 # the fields after the name, which may hold anything, are words
    set -- ${stat##*)}
    start=${20}
    while read -r word uid _; do
        [ "$word" != Uid: ] || break
    done 2>/dev/null <"/proc/$pid/status"
    while IFS= read -r line; do
        line=${line##*/}
        case $line in *.service) unit=$line ;; esac
        line=${line%.scope}
        line=${line##*-}
        case $line in
        *[!0-9a-f]*) ;;
        *) [ ${#line} -ne 64 ] || container=$line ;;
        esac
    done 2>/dev/null <"/proc/$pid/cgroup"
    field "$(readlink "/proc/$pid/exe")"
    record process "$pid" "uid=$uid" "start=$start" "container=$container" "exe=$field"
    body cat "/proc/$pid/cmdline"
    case $name in
    kubelet)
        # The node's own, not one in a container (a cluster inside a cluster): nothing of that is followed.
        [ -z "$container" ] || return 1
        case $unit in *[!A-Za-z0-9@._-]* | '') ;; *) kubelet_unit=$unit ;; esac
        case $program in /*) kubelet_program=$program ;; esac
        ;;
    kube-apiserver) apiserver=$pid ;;
    esac
}

# arguments: what a component's own arguments name, given as --flag=value or --flag value.
arguments() {
    flag=''
    IFS=$nl
    # shellcheck disable=SC2086 # one argument a line
    set -- $arguments
    IFS=$default_ifs
    shift
    for argument; do
        case $argument in
        --*=*)
            flag=${argument%%=*}
            value=${argument#*=}
            ;;
        -*)
            flag=$argument
            continue
            ;;
        *) value=$argument ;;
        esac
        option="$name $flag"
        flag=''
        case $option in
        'kube-apiserver --advertise-address') advertise=$value ;;
        'kube-apiserver --secure-port') port=$value ;;
        esac
        case $value in /*) ;; *) continue ;; esac
        case $option in
        'kubelet --config') config=$value ;;
        'kubelet --config-dir') config_dirs=$value ;;
        'kubelet --pod-manifest-path') pod_dirs="$pod_dirs$value$nl" ;;
        'kube-apiserver --audit-policy-file' | 'kube-apiserver --admission-control-config-file' | \
            'kube-apiserver --encryption-provider-config' | 'kube-apiserver --authentication-config' | \
            'kube-apiserver --authorization-config' | 'kube-apiserver --egress-selector-config-file' | \
            'kube-scheduler --config' | 'kube-apiserver --client-ca-file' | 'kubelet --client-ca-file')
            named="$named$value$nl"
            ;;
        'etcd --data-dir') etcd_data=$value ;;
        esac
    done
}

# ---- files ---------------------------------------------------------------------------------------------------------

# content LIST: the content of regular files, one name a line, but of none that holds a private key or a credential.
content() {
    asked='' readable='' kept=''
    IFS=$nl
    # shellcheck disable=SC2086 # one name a line
    set -- $1
    IFS=$default_ifs
    for file; do
        case $nl$asked in *"$nl$file$nl"*) continue ;; esac
        asked=$asked$file$nl
        field "$file"
        if [ -f "$file" ] && [ -r "$file" ]; then
            readable=$readable$file$nl
        elif [ -d "$file" ]; then
            continue
        elif [ -f "$file" ]; then
            record skipped "$field" unreadable
        elif [ -e "$file" ] || [ -L "$file" ]; then
            record skipped "$field" not-regular
        else
            record skipped "$field" missing
        fi
    done
    IFS=$nl
    # shellcheck disable=SC2086
    set -- $readable
    IFS=$default_ifs
    [ $# -gt 0 ] || return
    for size in $(stat -L -c %s -- "$@" 2>/dev/null); do # one a file, in their order
        field "$1"
        if [ "$size" -gt "$file_limit" ]; then
            record skipped "$field" too-large
        elif [ "$files" -ge "$files_limit" ] || [ $((bytes + size)) -gt $((total_limit / 3)) ]; then
            record skipped "$field" limit
        else
            bytes=$((bytes + size))
            files=$((files + 1))
            kept=$kept$1$nl
        fi
        shift
    done
    IFS=$nl
    # shellcheck disable=SC2086
    set -- $kept
    IFS=$default_ifs
    [ $# -gt 0 ] || return
    secret=$nl$(grep -lE -- 'BEGIN [A-Z ]*PRIVATE KEY|client-key-data|^[[:space:]]*"?kind"?:[[:space:]]*"?Config"?[[:space:],]*$' "$@" 2>/dev/null)$nl
    for file; do
        field "$file"
        case $secret in
        *"$nl$file$nl"*) record skipped "$field" credential ;;
        *)
            record content "$field"
            # shellcheck disable=SC2086 # a command or nothing
            body $limit head -c "$file_limit" -- "$file"
            hashed=$hashed$file$nl
            cd -P -- "${file%/*}/" 2>/dev/null && [ "$PWD" != "${file%/*}" ] && link "$file" "${PWD%/}/${file##*/}"
            ;;
        esac
    done
    cd /
}

# below DIRECTORY: adds its entries, dot files too, to $list.
below() {
    set +f
    for entry in "$1"/* "$1"/.[!.]* "$1"/..?*; do
        case $entry in
        *"$nl"*)
            field "$entry"
            record skipped "$field" name
            ;;
        *) [ ! -e "$entry" ] && [ ! -L "$entry" ] || list=$list$entry$nl ;;
        esac
    done
    set -f
}

link() {
    field "$1"
    from=$field
    field "$2"
    record link "$from" "$field"
}

# attributes WHEN: what the file system says about everything in $roots; the nonce begins each file.
attributes() {
    when=$1
    IFS=$nl
    # shellcheck disable=SC2086
    set -- $roots
    IFS=$default_ifs
    record attributes "$when"
    # shellcheck disable=SC2086 # a command or nothing
    body $limit find -H "$@" -maxdepth 5 -exec stat -c "$nonce %f %u %g %s %Y %i %h %n" -- {} +
}

# hashes: of what was sent, and of what is not: keys, certificates, kubeconfigs.
hashes() {
    IFS=$nl
    # shellcheck disable=SC2086
    set -- $roots
    IFS=$default_ifs
    record hashes
    # shellcheck disable=SC2086 # a command or nothing
    body $limit find -H "$@" -maxdepth 5 -type d -name tmp -prune -o -type f -size -16385 ! -path "*[!A-Za-z0-9._/:@%+,~=-]*" \
        -exec sha256sum -- {} +
    IFS=$nl
    # shellcheck disable=SC2086
    set -- $hashed
    IFS=$default_ifs
    for file; do # names that would be ambiguous in a list
        case $file in
        *[!A-Za-z0-9._/:@%+,~=-]*)
            sum=$(sha256sum 2>/dev/null <"$file") || continue
            field "$file"
            record hash "$field" "${sum%% *}"
            ;;
        esac
    done
}

# scalars KEY FILE: the values of a top-level key of a YAML or JSON file, one a line.
scalars() {
    sed -n 's/^[[:space:]]*"\{0,1\}'"$1"'"\{0,1\}[[:space:]]*:[[:space:]]*//p' "$2" 2>/dev/null |
        sed 's/[[:space:]]#.*//; s/[[:space:],}]*$//; s/^["'\'']//; s/["'\'']$//'
}

files() {
    files=0 bytes=0 hashed='' list=''
    roots="/etc/kubernetes$nl"
    # The kubelet: its configuration, drop-ins, unit, environment files.
    [ -n "$config" ] || config=/var/lib/kubelet/config.yaml
    list=$config$nl
    roots=$roots$config$nl/var/lib/kubelet/kubeadm-flags.env$nl/var/lib/kubelet/instance-config.yaml$nl/var/lib/kubelet/pki$nl
    [ -z "$config_dirs" ] || {
        roots=$roots$config_dirs$nl
        drop_ins=$(find -H "$config_dirs" -maxdepth 5 -type f -name '*.conf' 2>/dev/null | head -n 100)
        list=$list$drop_ins$nl
    }
    list=$list$unit_files
    roots=$roots$unit_files
    # Static pods: every file in every directory that is or could be theirs.
    pod_dirs=$pod_dirs/etc/kubernetes/manifests$nl$(scalars staticPodPath "$config")$nl
    # Configuration files of the other components, and what identifies cluster and system.
    authority=$(scalars clientCAFile "$config" | grep '^/')
    [ ! -e /etc/kubernetes/pki/ca.crt ] || list=$list/etc/kubernetes/pki/ca.crt$nl
    list=$list/etc/os-release$nl$named$authority$nl
    roots=$roots$named$authority$nl
    IFS=$nl
    done_dirs=$nl
    for directory in $pod_dirs /etc/cni/net.d; do
        IFS=$default_ifs
        directory=${directory%/}
        case $done_dirs in *"$nl$directory$nl"*) continue ;; esac
        done_dirs=$done_dirs$directory$nl
        case $directory in
        /etc/kubernetes/*)
            below "$directory"
            [ -e "$directory" ] || list=$list$directory$nl # a worker often has none, and the content says so
            ;;
        /*)
            roots=$roots$directory$nl
            if [ -d "$directory" ]; then below "$directory"; else list=$list$directory$nl; fi
            ;;
        esac
    done
    IFS=$default_ifs
    roots=$roots/etc/containerd/config.toml$nl/etc/os-release$nl
    # Only what is there: of what is named and missing the content says so.
    IFS=$nl
    present=''
    for entry in $roots; do
        case $present in *"$nl$entry$nl"*) continue ;; esac
        [ ! -e "$entry" ] && [ ! -L "$entry" ] || present=$present$nl$entry$nl
    done
    IFS=$default_ifs
    roots=$present
    [ -n "$roots" ] || return
    attributes before
    [ -z "$etcd_data" ] || {
        record attributes once
        body stat -c "$nonce %f %u %g %s %Y %i %h %n" -- "$etcd_data"
    }
    content "$list"
    IFS=$nl
    # shellcheck disable=SC2086
    set -- $roots
    IFS=$default_ifs
    for entry in $(find -H "$@" -maxdepth 5 -type l ! -path "*[!A-Za-z0-9._/:@%+,~=-]*" 2>/dev/null | head -n 50); do
        link "$entry" "$(readlink -f "$entry")"
    done
    hashes
    attributes after
}

# ---- the node ------------------------------------------------------------------------------------------------------

node() {
    word=''
    fact uname "$(uname -srvm)"
    fact hostname "$(uname -n)"
    if [ -r /etc/machine-id ]; then read -r word </etc/machine-id; fact machine-id "$word"; fi
    fact date "$(date -u +%s)"
    fact uptime "$uptime"
    word=$(grep -m 1 btime /proc/stat) && fact boot "${word#btime }"
    fact user "$(id -u)"
    [ -r /sys/kernel/security/lsm ] && read -r word </sys/kernel/security/lsm && fact lsm "$word"
    [ -r /sys/module/apparmor/parameters/enabled ] && read -r word </sys/module/apparmor/parameters/enabled && fact apparmor "$word"
    word=absent
    for selinux in /sys/fs/selinux/enforce /selinux/enforce; do
        [ ! -r "$selinux" ] || { read -r word <"$selinux" || :; break; }
    done
    fact selinux "$word"
    # Not statfs: /sys/fs/cgroup is a tmpfs where both versions are mounted, and there the kubelet goes by version 1.
    if [ -f /sys/fs/cgroup/cgroup.controllers ]; then fact cgroup 2; else fact cgroup 1; fi
    # The most processes and threads that one pod has: what a limit of pods must leave room for.
    set +f
    word=$(find /sys/fs/cgroup/kubepods* /sys/fs/cgroup/pids/kubepods* -maxdepth 3 -path '*pod[0-9a-f]*' -name pids.current \
        -exec cat -- {} + 2>/dev/null | sort -n | tail -n 1)
    set -f
    [ -z "$word" ] || fact pod-pids "$word"
}

units() {
    unit_files=''
    command -v systemctl >/dev/null || {
        fact systemd absent
        return
    }
    # shellcheck disable=SC2086 # a command or nothing
    output systemctl-cat-kubelet $limit systemctl cat --no-pager "$kubelet_unit"
    shown=$($limit systemctl show --no-pager "$kubelet_unit" -p Id,LoadState,ActiveState,SubState,MainPID,NRestarts \
        -p ActiveEnterTimestamp,ExecMainStartTimestamp,NeedDaemonReload,ExecStart,EnvironmentFiles,FragmentPath,DropInPaths 2>&1)
    status=$?
    record output systemctl-show-kubelet
    [ "$status" = 0 ] || {
        finish "$status" "$shown"
        return
    }
    printf '%s\n' "$shown" | head -c "$file_limit" | base64
    finish 0
    IFS=$nl
    for line in $shown; do
        IFS=$default_ifs
        case $line in
        FragmentPath=/*) unit_files=$unit_files${line#*=}$nl ;;
        DropInPaths=/*)
            for entry in ${line#*=}; do unit_files=$unit_files$entry$nl; done
            ;;
        EnvironmentFiles=/*)
            line=${line#*=}
            line=${line% (*}
            set +f
            for entry in $line; do # systemd allows patterns
                [ ! -e "$entry" ] || unit_files=$unit_files$entry$nl
            done
            set -f
            ;;
        esac
    done
    IFS=$default_ifs
}

# ---- what lives in the API -----------------------------------------------------------------------------------------

# Of a stream of JSON: drops managedFields and last-applied copies, blanks the values of environment variables, and says
# on standard error where a list goes on. Strings are told from structure, so no text in an object can mislead it.
# shellcheck disable=SC2016 # awk, not shell
sifter='
BEGIN { RS = "\"" }
{ total += length($0) + 1 }
inside {
    slashes = 0
    for (at = length($0); at > 0 && substr($0, at, 1) == "\\"; at--) slashes++
    ended = slashes % 2 == 0
    if (length(text) < 1024) text = text $0
    if (!quiet && !blank) printf "%s\"", $0
    if (!ended) next
    if (blank && !quiet && text != "") printf "***"
    if (blank && !quiet) printf "\""
    if (!blank && value && key == "continue" && depth == 2 && text != "") print nonce " continue=" text > "/dev/stderr"
    if (!value) key = text
    inside = 0
    next
}
{
    gsub(/[ \t\r\n]/, "")
    value = 0; out = ""; size = length($0)
    for (at = 1; at <= size; at++) {
        c = substr($0, at, 1)
        if (c == "{" || c == "[") {
            depth++
            if (value && key == "managedFields" && !quiet) { quiet = depth; out = out "null" }
            else if (value && key == "env" && c == "[" && !env) env = depth
        }
        if (!quiet) out = out c
        value = c == ":"
        if (c == "}" || c == "]") {
            if (env == depth) env = 0
            if (quiet == depth) quiet = 0
            depth--
        }
    }
    blank = value && ((env && depth == env + 1 && key == "value") || key == "kubectl.kubernetes.io/last-applied-configuration")
    if (!quiet && depth) out = out "\""
    printf "%s", out
    inside = 1; text = ""
}
END { print nonce " size=" total + 0 > "/dev/stderr" }
'
first=/api/v1/namespaces/kube-system/configmaps/kube-proxy
pods=/api/v1/pods
others=/api/v1/namespaces,/api/v1/nodes,/api/v1/replicationcontrollers,/apis/apps/v1/daemonsets,/apis/apps/v1/deployments,/apis/apps/v1/replicasets,/apis/apps/v1/statefulsets,/apis/batch/v1/cronjobs,/apis/batch/v1/jobs

# ask PATHS COMMAND...: an answer of the API server. Sets $status, and $next where a list goes on.
ask() {
    record output "api:$1" gzip
    shift
    said=$({ { $limit "$@" 2>&3; echo "$nonce status=$?" >&3; } | head -c "$page_limit" |
        awk -v nonce="$nonce" "$sifter" 2>&3 | gzip -c | base64 >&5; } 3>&1)
    next=''
    status=1 complaints=''
    IFS=$nl
    for line in $said; do
        case $line in
        "$nonce continue="*) next=${line#*=} ;;
        "$nonce status="*) status=${line#*=} ;;
        "$nonce size="*) answered=$((answered + ${line#*=})) ;;
        *) complaints=$complaints$line$nl ;;
        esac
    done
    IFS=$default_ifs
    if [ "$status" = 0 ]; then said=''; else said=$complaints; fi
    finish "$status" "$said"
}

# refuse PATHS CAUSE: the record of what was not asked.
refuse() {
    record output "api:$1"
    finish -1 "$2"
}

api() {
    manifest=''
    IFS=$nl
    for directory in $pod_dirs; do
        [ ! -e "$directory/kube-apiserver.yaml" ] || manifest=$directory
    done
    IFS=$default_ifs
    [ -n "$apiserver$manifest" ] || return # a worker
    cause='' asked_version=''
    for file in /etc/kubernetes/admin.conf /etc/kubernetes/super-admin.conf ''; do
        [ ! -r "$file" ] || break
    done
    if [ -z "$apiserver" ]; then
        cause='kube-apiserver is not running on this node'
    elif [ -z "$file" ]; then
        cause='neither /etc/kubernetes/admin.conf nor /etc/kubernetes/super-admin.conf can be read'
    elif ! command -v kubectl >/dev/null; then
        cause='kubectl: not found'
    elif ! command -v awk >/dev/null || ! command -v gzip >/dev/null; then
        cause='awk or gzip: not found'
    else
        fact kubeconfig "$file"
        name=''
        case $advertise in
        '' | 0.0.0.0 | ::) advertise=127.0.0.1 name=--tls-server-name=kubernetes ;;
        *:*) advertise="[$advertise]" ;;
        esac
        set -- kubectl --kubeconfig "$file" --server "https://$advertise:$port" ${name:+"$name"} \
            --request-timeout 20s --cache-dir /dev/null/none get
        ask /version "$@" --raw /version
        asked_version=yes
        [ "$status" = 0 ] || cause="${said:-status $status}"
    fi
    if [ -n "$cause" ]; then
        [ -n "$asked_version" ] || refuse /version "$cause"
        refuse "$first,$pods,$others" "$cause"
        return
    fi
    ask "$first" "$@" --raw "$first"
    pages "$pods" "$@"
    # In a small cluster the rest comes from one process, which holds it all; in a large one page by page.
    if [ "$pages" = 1 ] && ! late; then
        kinds=$(printf %s "$others" | sed 's,/api/v1/,,g; s,/apis/\([a-z]*\)/v1/\([a-z]*\),\2.\1,g')
        ask "$others" "$@" -A -o json "$kinds"
        [ "$status" != 0 ] || return
    fi
    IFS=,
    for path in $others; do
        IFS=$default_ifs
        pages "$path" "$@"
    done
    IFS=$default_ifs
}

# pages PATH COMMAND...: all pages of a list; $pages is how many there were.
pages() {
    path=$1
    shift
    pages=0 next=''
    while :; do
        if late; then
            refuse "$path" 'the time limit for reading this node was reached'
            return
        elif [ "$pages" -ge "$pages_limit" ] || [ "$answered" -ge "$answer_limit" ]; then
            refuse "$path" 'there are more objects than are read'
            return
        fi
        ask "$path" "$@" --raw "$path?limit=500${next:+&continue=$next}"
        pages=$((pages + 1))
        case $next in '' | *[!A-Za-z0-9_=-]*) return ;; esac
    done
}

# ---- everything ----------------------------------------------------------------------------------------------------

main() {
    set -f
    default_ifs=$IFS
    count=0 answered=0 kubelet_unit=kubelet.service limit=''
    read -r nonce </proc/sys/kernel/random/uuid
    nonce=$(printf %s "$nonce" | tr -d -)
    read -r uptime _ </proc/uptime
    began=${uptime%.*}
    timeout -k 5 1 true 2>/dev/null && limit='timeout -k 5 40'
    export GOMAXPROCS=1 GOGC=400
    exec 5>&1
    printf 'jiagu-snapshot/1 %s\n' "$nonce"
    node
    components
    units
    files
    # shellcheck disable=SC2086 # a command or nothing
    output kubelet-version $limit "$kubelet_program" --version
    api
    printf '%s done %s\n' "$nonce" "$count"
}

# Whatever happens, not more than this; and nothing eats the script when it comes on standard input.
main </dev/null | head -c "$total_limit"
