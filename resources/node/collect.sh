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
inherited_umask=$(umask)
umask 077
unset CDPATH ENV BASH_ENV GREP_OPTIONS KUBECONFIG KUBERC http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY

file_limit=8388608    # bytes of one file
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
    '') field='=' ;;
    *[!A-Za-z0-9._/:@%+,~=-]* | =*)
        field_ifs=$IFS
        IFS=$nl
        # shellcheck disable=SC2046 # one word a line
        set -- $(printf %s "$1" | base64)
        IFS=
        field="=$*"
        IFS=$field_ifs
        ;;
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
    said=$({ { "$@" 2>&3; echo "status=$?" >&3; } | base64 >&5; } 3>&1)
    finish "${said##*status=}" "${said%status=*}"
}

# output ID COMMAND...
output() {
    record output "$1"
    shift
    body "$@"
}

# text ID COMMAND...: an output of lines that begin with a blank, each printed as it is: no other program is needed.
text() {
    record output "$1"
    shift
    said=$("$@" 2>&1 >&5)
    finish $? "$said"
}

# captured ID COMMAND...: a text of any lines but empty ones; what it said is in $shown, its status in $status.
captured() {
    id=$1
    shift
    shown=$("$@" 2>&1)
    status=$?
    record output "$id"
    if [ "$status" = 0 ]; then
        IFS=$nl
        # shellcheck disable=SC2086 # one line a word
        printf ' %s\n' $shown
        IFS=$default_ifs
        finish 0
    else
        finish "$status" "$shown"
    fi
}

late() {
    read -r now _ </proc/uptime
    [ $((${now%.*} - began)) -gt "$time_limit" ]
}

# ---- processes -----------------------------------------------------------------------------------------------------

# processes FILE PATTERN: /proc/PID/FILE of the processes in whose FILE the pattern is.
processes() {
    file=$1 pattern=$2
    set +f
    set -- /proc/[0-9]*/"$file"
    set -f
    if [ $# -lt 4000 ]; then
        grep -lsE -- "$pattern" "$@"
    else # more names than an argument list may hold
        printf '%s\n' "$@" | xargs grep -lsE -- "$pattern"
    fi
}

# components: the running components by the name they were called as, and what their arguments name. Of no other process
# are the arguments read into the snapshot.
components() {
    apiserver='' etcd_data='' config='' config_dirs='' pod_dirs='' named='' seen=''
    advertise='' port=6443 kubelet_program=kubelet runtime_config='' docker_config=''
    audit_policy='' audit_log='' cni_conf='' cni_bins='' dockershim='' used=''
    proxy='' proxy_config='' proxy_metrics=''
    for cmdline in $(processes cmdline \
        '^([^ ]*/)?(kube-apiserver|kube-controller-manager|kube-scheduler|kube-proxy|kubelet|etcd|containerd|k3s|rke2|k0s|microk8s|hyperkube|crio|dockerd|cri-dockerd|isulad)($|[^A-Za-z0-9-])'); do
        arguments=$(tr '\000\012' '\012\040' 2>/dev/null <"$cmdline")
        name=${arguments%%"$nl"*}
        program=$name
        name=${name##*/}
        case ${name%% *} in
        k3s | rke2 | k0s | microk8s | hyperkube | crio | dockerd | cri-dockerd | isulad) seen="$seen ${name%% *}" ;;
        esac
        case $name in
        kube-apiserver | kube-controller-manager | kube-scheduler | kube-proxy | kubelet | etcd | containerd | dockerd) ;;
        *) continue ;;
        esac
        pid=${cmdline#/proc/}
        pid=${pid%/cmdline}
        process && arguments
    done
    [ -z "$seen" ] || fact seen "${seen# }"
}

process() {
    stat='' uid='' groups='' label='' container='' unit=''
    read -r stat 2>/dev/null <"/proc/$pid/stat" || return 1
    # shellcheck disable=SC2086 # the fields after the name, which may hold anything, are words
    set -- ${stat##*)}
    start=${20}
    while read -r word value more; do
        case $word in
        Uid:) uid=$value ;;
        Gid:) groups=$value ;;
        Groups:)
            for value in $value $more; do groups=$groups,$value; done
            break
            ;;
        esac
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
    [ -z "$container" ] || read -r label 2>/dev/null <"/proc/$pid/attr/current" || :
    field "$label"
    label=$field
    field "$(readlink "/proc/$pid/exe")"
    executable=$field directory=''
    if [ "$name" = kubelet ] && [ -z "$container" ] && [ "$uid" = 0 ]; then
        directory=$(readlink "/proc/$pid/cwd")
        field "$directory"
        executable="$executable cwd=$field"
    fi
    record process "$pid" "uid=$uid" "groups=$groups" "start=$start" "container=$container" "label=$label" "exe=$executable"
    said=$(base64 "/proc/$pid/cmdline" 2>&1 >&5)
    finish $? "$said"
    case $name in
    kubelet)
        # The node's own, not one in a container (a cluster inside a cluster) or of another account: nothing of those is
        # followed.
        [ -z "$container" ] || return 1
        [ "$uid" = 0 ] || return 1
        case $unit in *[!A-Za-z0-9@._-]* | '') ;; *) kubelet_unit=$unit ;; esac
        case $program in /*) kubelet_program=$program ;; esac
        ;;
    kube-apiserver) apiserver=$pid apiserver_container=$container ;;
    kube-proxy)
        # Another account's, or one in a network of its own, does not serve this node.
        [ "$uid" = 0 ] || return 1
        [ "$(readlink "/proc/$pid/ns/net")" = "$(readlink /proc/self/ns/net)" ] || return 1
        proxy=$pid
        ;;
    dockerd) [ -n "$container" ] || docker_config=${docker_config:-/etc/docker/daemon.json} ;;
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
        case $name$argument in etcd-[!-]*) argument=-$argument ;; esac # to Go's flags one dash is as good
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
        'kubelet --network-plugin') dockershim=$value ;;
        'kube-proxy --metrics-bind-address') proxy_metrics=$value ;;
        esac
        case $option in
        'kubelet --config' | 'kubelet --config-dir' | 'kubelet --pod-manifest-path')
            case $value in '' | /*) ;; *) [ -z "$directory" ] || value=${directory%/}/${value#./} ;; esac
            ;;
        esac
        case $value in /*) ;; *) continue ;; esac
        case $option in
        *-log-path | *--log-file | containerd* | dockerd* | kube-proxy*) ;;
        *--tls-sni-cert-key)
            value=${value%%:*}
            used="$used${container:+$pid} ${value%%,*}$nl${container:+$pid} ${value##*,}$nl"
            ;;
        *) used="$used${container:+$pid} $value$nl" ;;
        esac
        case $option in
        'kubelet --config') config=$value ;;
        'kubelet --config-dir') config_dirs=$value ;;
        'kubelet --pod-manifest-path') pod_dirs="$pod_dirs$value$nl" ;;
        'kube-apiserver --audit-policy-file') audit_policy=$value ;;
        'kube-apiserver --audit-log-path') audit_log=$value ;;
        'containerd --config' | 'containerd -c') runtime_config=$value ;;
        'kubelet --cni-conf-dir') cni_conf=$value ;;
        'kubelet --cni-bin-dir') cni_bins=${value%%,*} ;;
        'kube-apiserver --admission-control-config-file' | 'kube-apiserver --encryption-provider-config' | \
            'kube-apiserver --authentication-config' | \
            'kube-apiserver --authorization-config' | 'kube-apiserver --egress-selector-config-file' | \
            'kube-scheduler --config' | 'kube-apiserver --client-ca-file' | 'kubelet --client-ca-file')
            named="$named$value$nl"
            mounted "$value"
            ;;
        'etcd --trusted-ca-file') mounted "$value" ;;
        'etcd --data-dir')
            on_host "$value"
            etcd_data=${host:-$value}
            ;;
        'kube-proxy --config') proxy_config=$value ;;
        'dockerd --config-file') [ -n "$container" ] || docker_config=$value ;;
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
            # It was just read, so this does not hang; what it grew by since is bounded by the limit of the whole.
            said=$(base64 -- "$file" 2>&1 >&5)
            finish $? "$said"
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
    body find -H "$@" -maxdepth 5 -type d -name tmp -prune -o -type f -size -16385 ! -path "*[!A-Za-z0-9._/:@%+,~=-]*" \
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

# scalars KEY FILE...: the values of a top-level key of YAML or JSON files, one a line.
scalars() {
    key=$1
    shift
    sed -n '/^[[:space:]]*"\{0,1\}'"$key"'"\{0,1\}[[:space:]]*:/ {
        s/^[^:]*:[[:space:]]*//
        s/[[:space:]]#.*//
        s/[[:space:],}]*$//
        s/^["'\'']//
        s/["'\'']$//
        p
    }' "$@" 2>/dev/null
}

# beside: the kubelet takes a relative path in its configuration from the directory of that file.
beside() { sed "/^[^/]/s|^|${config%/*}/|"; }

# on_host PATH: sets $host to where on the node that is what the process $pid in $container has at PATH, from what is
# mounted for it; empty when it is in its container alone. $replaced: the node has another file in that place by now.
on_host() {
    host=$1 replaced='' best='' source=''
    [ -n "$container" ] || return 0
    host=''
    while read -r _ _ device root point _; do
        case $1/ in
        "${point%/}"/*) [ ${#point} -lt ${#best} ] || best=$point source=$device$root ;;
        esac
    done 2>/dev/null <"/proc/$pid/mountinfo"
    case $best in '' | /) return 0 ;; esac
    case $source in
    *\\*) return 0 ;; # a blank in its name
    *//deleted) replaced=yes source=${source%//deleted} ;;
    esac
    while read -r _ _ device root point _; do
        case $source/ in
        "$device${root%/}"/*)
            host=${point%/}${source#"$device${root%/}"}${1#"$best"}
            return
            ;;
        esac
    done 2>/dev/null </proc/self/mountinfo
}

# mounted PATH: the node's own file at what the process $pid has at PATH is wanted, too.
mounted() {
    on_host "$1"
    [ -z "$host" ] || named=$named$host$nl
}

# Of lines "PID PATH", what a process in a container has at PATH, the path on the node, by what is mounted for it; what is
# in its container alone is left out. Without PID the path is the node's own.
# shellcheck disable=SC2016 # awk, not shell
mapper='
function load(pid,    line, part) {
    if (pid in mounts) return
    mounts[pid] = 0
    while ((getline line < ("/proc/" pid "/mountinfo")) > 0 && mounts[pid] < 5000) {
        split(line, part, " ")
        mounts[pid]++
        device[pid, mounts[pid]] = part[3]
        root[pid, mounts[pid]] = part[4]
        point[pid, mounts[pid]] = part[5]
    }
    close("/proc/" pid "/mountinfo")
}
function below(path, directory) { return directory == "/" || path == directory || index(path, directory "/") == 1 }
function rest(path, directory) { return directory == "/" ? path : substr(path, length(directory) + 1) }
{
    path = substr($0, index($0, " ") + 1)
    if (/^ /) { print path; next }
    load($1)
    best = 0
    for (at = 1; at <= mounts[$1]; at++)
        if (below(path, point[$1, at]) && (!best || length(point[$1, at]) >= length(point[$1, best]))) best = at
    if (!best || point[$1, best] == "/") next
    source = root[$1, best]
    sub(/\/\/deleted$/, "", source)
    if (source ~ /\\/) next # a blank in its name
    load("self")
    for (at = 1; at <= mounts["self"]; at++)
        if (device["self", at] == device[$1, best] && below(source, root["self", at])) {
            host = rest(source, root["self", at])
            if (point["self", at] != "/") host = point["self", at] (host == "/" ? "" : host)
            print host rest(path, point[$1, best])
            next
        }
}
'

# in_use: adds to $roots the files that the components use by their arguments and the kubelet by its file, wherever they
# are, and what links among them lead to. Prints the attributes of every directory above any of $roots.
in_use() {
    IFS=$nl
    # shellcheck disable=SC2086 # one name a line
    set -- $drop_ins
    IFS=$default_ifs
    own=''
    for entry in tlsCertFile tlsPrivateKeyFile; do own=$own$(scalars $entry "$config" "$@" | beside)$nl; done
    own=$own$(printf %s "$used" | head -n 300 | awk "$mapper" 2>/dev/null)
    key_files='' above=/$nl
    IFS=$nl
    for file in $own; do
        IFS=$default_ifs
        if [ -f "$file" ]; then
            key_files=$key_files$file$nl
            case $file in
            /etc/kubernetes/*/*/*/*/*/*) ;;
            /etc/kubernetes/* | /var/lib/kubelet/pki/[!/]*) continue ;;
            esac
            roots=$roots$file$nl
        elif [ ! -e "$file" ] && [ ! -L "$file" ]; then
            field "$file"
            record skipped "$field" missing
        fi
    done
    IFS=$nl
    for file in $roots; do
        IFS=$default_ifs
        directory=${file%/*}
        if [ -L "$file" ] || { cd -P -- "${directory:-/}" 2>/dev/null && [ "$PWD" != "${directory:-/}" ]; }; then
            word=$(readlink -f "$file")
            case $word in
            /*"$nl"* | '' | "$file") ;;
            *)
                link "$file" "$word"
                [ ! -f "$word" ] || roots=$roots$word$nl
                higher "$word"
                ;;
            esac
        fi
        higher "$file"
    done
    IFS=$nl
    for file in $key_files; do higher "$file"; done
    # shellcheck disable=SC2086
    set -- $above
    IFS=$default_ifs
    cd /
    record attributes once
    # shellcheck disable=SC2086 # a command or nothing
    body $limit stat -L -c "$nonce %f %u %g %s %Y %i %h %n" -- "$@"
}

# higher PATH: adds the directories above it to $above.
higher() {
    entry=$1
    while :; do
        entry=${entry%/*}
        case $entry in /?*) ;; *) return ;; esac
        case $nl$above in *"$nl$entry$nl"*) return ;; esac
        [ ! -d "$entry" ] || above=$above$entry$nl
    done
}

# audited: where the audit policy and the audit log of kube-apiserver are.
audited() {
    pid=$apiserver container=$apiserver_container
    if [ -z "$apiserver" ] && [ -r /etc/kubernetes/manifests/kube-apiserver.yaml ]; then # it may be down because of them
        audit_policy=$(sed -n 's/^[[:space:]]*-[[:space:]]*["'\'']\{0,1\}--audit-policy-file=\(\/[^"'\''[:space:]]*\).*/\1/p' \
            /etc/kubernetes/manifests/kube-apiserver.yaml | tail -n 1)
    fi
    [ -z "$audit_policy" ] || {
        on_host "$audit_policy"
        [ -z "$host" ] || {
            named=$named$host$nl
            fact audit-policy "$host"
            [ -z "$replaced" ] || fact audit-policy-replaced yes
        }
    }
    [ -z "$audit_log" ] || {
        on_host "$audit_log"
        audit_log=$host
    }
}

# listed FIND...: the attributes of what find finds.
listed() {
    # shellcheck disable=SC2086 # a command or nothing
    $limit find -H "$@" -exec stat -c "$nonce %f %u %g %s %Y %i %h %n" -- {} + | head -n 500
}

# audit_growth: how fast the audit log grows and what room it has: names, sizes and times of its files, the time of its
# first line. Nothing else of its content.
audit_growth() {
    case $audit_log in '' | *[!A-Za-z0-9._/-]*) return ;; esac
    fact audit-log "$audit_log"
    directory=${audit_log%/*}
    name=${audit_log##*/}
    case $name in *.*) word="${name%.*}-*.${name##*.}" ;; *) word="$name-*" ;; esac # as lumberjack names what it rotates
    record attributes once
    body listed "${directory:-/}" -maxdepth 1 '(' -path "${directory:-/}" -o -name "$name" -o -name "$word" -o -name "$word.gz" ')'
    word=$(head -n 1 -- "$audit_log" 2>/dev/null | head -c 1048576 |
        sed -n 's/.*"requestReceivedTimestamp":"\([0-9TZ:.-]*\)".*/\1/p')
    [ -z "$word" ] || fact audit-first "$word"
    # shellcheck disable=SC2046,SC2086 # words
    set -- $($limit df -P -k -- "${directory:-/}" 2>/dev/null | tail -n 1)
    case ${4:-x} in *[!0-9]*) ;; *) fact audit-free "$4" ;; esac
}

# cni: where the container runtime looks for the network's configuration and for its plugins.
cni() {
    [ -n "$dockershim" ] || {
        cni_conf='' cni_bins=''
        set +f
        # shellcheck disable=SC2086 # patterns
        settings=$(sed -n -e '/^[[:space:]]*[a-z_]*_dirs[[:space:]]*=[[:space:]]*\[[[:space:]]*$/ { N; s/\n//; }' \
                -e 's/^[[:space:]]*conf_dir[[:space:]]*=/conf /p' -e 's/^[[:space:]]*network_dir[[:space:]]*=/conf /p' \
                -e 's/^[[:space:]]*bin_dirs\{0,1\}[[:space:]]*=/bins /p' -e 's/^[[:space:]]*plugin_dirs[[:space:]]*=/bins /p' \
                "${runtime_config:-/etc/containerd/config.toml}" /etc/containerd/conf.d/*.toml /etc/crio/crio.conf \
                /etc/crio/crio.conf.d/* 2>/dev/null)
        set -f
        IFS=$nl
        for line in $settings; do
            IFS=$default_ifs
            word=''
            rest=$line
            while :; do # what stands in quotes
                case $rest in *[\"\']*[\"\']*) ;; *) break ;; esac
                rest=${rest#*[\"\']}
                case ${rest%%[\"\']*} in /*) word=$word${word:+:}${rest%%[\"\']*} ;; esac
                rest=${rest#*[\"\']}
            done
            [ -n "$word" ] || continue
            case $line in conf*) cni_conf=${word%%:*} ;; *) cni_bins=$word ;; esac
        done
        IFS=$default_ifs
    }
    cni_conf=${cni_conf:-/etc/cni/net.d} cni_bins=${cni_bins:-/opt/cni/bin}
}

# plugins: names and attributes of the network's plugins. Of `bandwidth` the first 20 bytes too, which say for which
# processor it was built.
plugins() {
    fact cni-conf-dir "$cni_conf"
    fact cni-bin-dir "$cni_bins"
    elf=''
    IFS=:
    for directory in $cni_bins; do
        IFS=$default_ifs
        directory=${directory%/}
        case $directory in /*) ;; *) continue ;; esac
        if [ -d "$directory" ]; then
            record attributes once
            body listed "$directory" -maxdepth 1
        else
            field "$directory"
            record skipped "$field" missing
        fi
        file=$directory/bandwidth
        if [ -n "$elf" ] || [ ! -e "$file" ]; then continue; fi
        elf=$file
        if [ -L "$file" ]; then
            word=$(readlink -f "$file")
            link "$file" "$word"
            record attributes once
            body stat -c "$nonce %f %u %g %s %Y %i %h %n" -- "$word"
        fi
        [ ! -f "$file" ] || output elf:bandwidth head -c 20 -- "$file"
    done
    IFS=$default_ifs
}

files() {
    files=0 bytes=0 hashed='' list='' drop_ins=''
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
    IFS=$nl
    # shellcheck disable=SC2086
    set -- $drop_ins
    IFS=$default_ifs
    pod_dirs=$pod_dirs/etc/kubernetes/manifests$nl$(scalars staticPodPath "$config" "$@" | beside)$nl
    # Configuration files of the other components, and what identifies cluster and system.
    authority=$(scalars clientCAFile "$config" | beside)
    case $authority in /*) ;; *) authority='' ;; esac
    [ ! -e /etc/kubernetes/pki/ca.crt ] || list=$list/etc/kubernetes/pki/ca.crt$nl
    audited
    cni
    list=$list/etc/os-release$nl$named$authority$nl
    [ -n "$docker_config" ] || [ ! -e /etc/docker/daemon.json ] || docker_config=/etc/docker/daemon.json
    [ -z "$docker_config" ] || {
        list=$list$docker_config$nl
        roots=$roots$docker_config$nl/run/docker.sock$nl
    }
    roots=$roots$named$authority$nl
    IFS=$nl
    done_dirs=$nl
    for directory in $pod_dirs $cni_conf; do
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
    in_use
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
    audit_growth
    plugins
    IFS=$nl
    # shellcheck disable=SC2086
    set -- $roots
    IFS=$default_ifs
    links=0
    # shellcheck disable=SC2044 # names without a blank
    for entry in $(find -H "$@" -maxdepth 5 -type l ! -path "*[!A-Za-z0-9._/:@%+,~=-]*" 2>/dev/null); do
        [ "$links" -lt 50 ] || break
        links=$((links + 1))
        link "$entry" "$(readlink -f "$entry")"
    done
    hashes
    attributes after
    # Keys are told by what they hold: a .pem may be one, and so may a file of any other name.
    text private-keys private_keys
}

private_keys() {
    IFS=$nl
    # shellcheck disable=SC2086 # one name a line
    set -- $key_files
    IFS=$default_ifs
    find -H /etc/kubernetes /var/lib/kubelet/pki "$@" -maxdepth 5 -type f -size -129 \
        -exec grep -lsE -- 'BEGIN [A-Z ]*PRIVATE KEY' {} + 2>/dev/null | sed 's/^/ path=/; 500q'
}

# ---- the node ------------------------------------------------------------------------------------------------------

node() {
    # shellcheck disable=SC2046 # words: the system, the host's name and more of the system
    set -- $(uname -snrvm)
    word=$1 host=$2
    shift 2
    fact uname "$word $*"
    fact hostname "$host"
    word=''
    if [ -r /etc/machine-id ]; then read -r word </etc/machine-id; fact machine-id "$word"; fi
    fact date "$(date -u +%s)"
    fact uptime "$uptime"
    word=$(grep -m 1 btime /proc/stat) && fact boot "${word#btime }"
    fact user "$user"
    [ -r /sys/kernel/security/lsm ] && read -r word </sys/kernel/security/lsm && fact lsm "$word"
    [ -r /sys/module/apparmor/parameters/enabled ] && read -r word </sys/module/apparmor/parameters/enabled && fact apparmor "$word"
    word=absent
    for selinux in /sys/fs/selinux/enforce /selinux/enforce; do
        [ ! -r "$selinux" ] || { read -r word <"$selinux" || :; break; }
    done
    fact selinux "$word"
    word=''
    [ ! -r /proc/sys/kernel/randomize_va_space ] || read -r word </proc/sys/kernel/randomize_va_space || : # it ends early
    [ -z "$word" ] || fact aslr "$word"
    # What the node listens on; IPVS keeps the addresses of all Services on an interface of its own.
    word=$(ip -o addr show 2>/dev/null |
        awk '/ kube-ipvs0 / || / scope link/ { next } $3 ~ /^inet6?$/ && ++count <= 200 { sub(/\/.*/, "", $4); print $4 }')
    IFS=$nl
    # shellcheck disable=SC2086 # one address a line
    set -- $word
    IFS=$default_ifs
    [ $# = 0 ] || fact addresses "$*"
    # Not statfs: /sys/fs/cgroup is a tmpfs where both versions are mounted, and there the kubelet goes by version 1.
    if [ -f /sys/fs/cgroup/cgroup.controllers ]; then fact cgroup 2; else fact cgroup 1; fi
    # The most processes and threads that one pod has: what a limit of pods must leave room for.
    set +f
    word=$(find /sys/fs/cgroup/kubepods* /sys/fs/cgroup/pids/kubepods* -maxdepth 3 -path '*pod[0-9a-f]*' -name pids.current \
        -exec cat -- {} + 2>/dev/null | awk '$1 > most { most = $1 } END { print most }')
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
    captured systemctl-show-kubelet systemctl show --no-pager "$kubelet_unit" \
        -p Id,LoadState,ActiveState,SubState,MainPID,NRestarts \
        -p ActiveEnterTimestamp,ExecMainStartTimestamp,NeedDaemonReload,ExecStart,EnvironmentFiles,FragmentPath,DropInPaths
    [ "$status" = 0 ] || return
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

# ---- who may come in -----------------------------------------------------------------------------------------------

# Of every account with a login shell the kind of its password, never the password or its hash. What is not plain in a
# name is shown as "?".
# shellcheck disable=SC2016 # awk, not shell
accounts='
function plain(text) { gsub(/[^A-Za-z0-9._\/:@%+,~-]/, "?", text); return text }
function kind(word) { return word == "" ? "none" : (word ~ /^[!*]/ || length(word) < 13) ? "locked" : "set" }
FILENAME == "/etc/shadow" { kinds[$1] = kind($2); seen = 1; next }
{
    shell = $7
    sub(/.*\//, "", shell)
    if (NF < 7 || shell ~ /^(nologin|false|sync|shutdown|halt)$/) next
    found = $2 != "x" ? kind($2) : ($1 in kinds) ? kinds[$1] : seen ? "missing" : "unknown"
    if (++count > 200 && found != "none") next
    print "account=" plain($1) " uid=" plain($3) " login=" found " shell=" plain($7) " path=" plain($6)
}
END { if (count > 200) print "text=and more accounts than are listed" }
'
# shellcheck disable=SC2016
sudoers='
function say(text) { if (++count <= 300) print " text=" substr(text, 1, 400) }
FNR == 1 { held = "" }
FILENAME == "/etc/group" {
    split($0, part, ":")
    if (part[1] ~ /^(root|sudo|wheel|admin|docker)$/ && part[4] != "") say("/etc/group:" FNR ": " part[1] ": " part[4])
    next
}
{
    if (held == "") place = FILENAME ":" FNR
    line = held $0
    held = ""
    if (line ~ /\\$/) { held = substr(line, 1, length(line) - 1); next }
    if (line ~ /^[ \t]*$/ || line ~ /^[ \t]*#/ && line !~ /^[ \t]*#(include|[0-9])/) next
    gsub(/PASSWD:[ \t]+/, "PASSWD:", line)
    say(place ": " line)
}
END { if (count > 300) print " text=and more lines than are listed" }
'
# shellcheck disable=SC2016
key_counter='
{
    file = $0
    sub(/^.* path=/, "", file)
    keys = 0
    while ((got = (getline line < file)) > 0) if (line !~ /^[ \t]*(#|$)/) keys++
    close(file)
    print " keys=" (got < 0 ? "unknown" : keys) $0
}
'
described=' mode=%a uid=%u gid=%g path=%n'

logins() {
    program=$(command -v sshd) || program=/usr/sbin/sshd # called by its full name, or it refuses
    captured sshd-T "$program" -T
    patterns='.ssh/authorized_keys .ssh/authorized_keys2'
    IFS=$nl
    [ "$status" != 0 ] || for line in $shown; do
        case $line in 'authorizedkeysfile '*) patterns=${line#* } ;; esac
    done
    IFS=$default_ifs
    set -- /etc/passwd
    [ ! -r /etc/shadow ] || set -- /etc/shadow /etc/passwd
    captured accounts awk -F: "$accounts" "$@"
    [ "$status" = 0 ] || shown=''
    homes=/root$nl/home$nl keys=''
    IFS=$nl
    for line in $shown; do
        IFS=$default_ifs
        home=${line##* path=}
        line=${line#account=}
        case $home in /?*) ;; *) continue ;; esac
        case $home in
        /root | /home/* | /bin* | /sbin* | /usr* | /etc* | /dev* | /proc* | /sys* | /run* | /var | /lib* | /boot*) ;;
        *) [ ! -d "$home" ] || homes=$homes$home$nl ;;
        esac
        for pattern in $patterns; do
            case $pattern in *%h*) pattern=${pattern%%\%h*}$home${pattern#*\%h} ;; esac
            case $pattern in *%u*) pattern=${pattern%%\%u*}${line%% *}${pattern#*\%u} ;; esac
            case $pattern in /*) ;; *) pattern=$home/$pattern ;; esac
            [ ! -f "$pattern" ] || case $nl$keys in *"$nl$pattern$nl"*) ;; *) keys=$keys$pattern$nl ;; esac
        done
    done
    # shellcheck disable=SC2086 # one name a line
    set -- $keys
    IFS=$default_ifs
    text authorized-keys authorized "$@"
    text sudoers administrators
}

authorized() {
    # shellcheck disable=SC2086 # a command or nothing
    [ $# = 0 ] || $limit stat -L -c "$described" -- "$@" | awk "$key_counter"
}

administrators() {
    set -- /etc/group
    [ ! -e /etc/sudoers ] || set -- "$@" /etc/sudoers
    set +f
    for file in /etc/sudoers.d/*; do
        case ${file##*/} in *.* | *~ | *"$nl"*) continue ;; esac # sudo does not read the first two
        [ ! -f "$file" ] || set -- "$@" "$file"
    done
    set -f
    awk "$sudoers" "$@"
}

# ---- what lies about -----------------------------------------------------------------------------------------------

# searched FIND-ARGUMENT...: a search that takes 15 s at most, and says on a line of its own when it was cut off.
searched() {
    # shellcheck disable=SC2086 # a command or nothing
    $brief find -H "$@" 2>/dev/null
    case $? in 124 | 137 | 143) echo " cut=15" ;; esac
}

# in_homes: what lies in home directories: attributes of what may be a copy of etcd's data, names of files with a key.
in_homes() {
    IFS=$nl
    # shellcheck disable=SC2086 # one name a line
    set -- $homes
    IFS=$default_ifs
    # busybox forgets an -exec within parentheses.
    searched "$@" -xdev -maxdepth 4 \( -name .git -o -name .cache -o -name node_modules \) -prune \
        -o -type f \( -path '*/snap/db' -o -name '*snap*.db' -o -name '*etcd*.db' \) -exec stat -c "$described" -- {} + \
        -o -type f -size -129 -exec grep -ls -- client-key-data {} + | head -n 200
}

kubeconfigs() {
    IFS=$nl
    set --
    for line in $found; do
        case $line in
        /*) set -- "$@" "$line" ;;
        ' cut='*) printf '%s\n' "$line" ;;
        esac
    done
    IFS=$default_ifs
    [ ! -f /etc/kubernetes/super-admin.conf ] || set -- "$@" /etc/kubernetes/super-admin.conf
    [ $# = 0 ] || stat -c "$described" -- "$@"
}

backups() {
    beside=${etcd_data:-/var/lib/etcd}
    set --
    [ ! -d /etc/kubernetes/tmp ] || set -- /etc/kubernetes/tmp
    set +f
    for entry in "${beside%/*}"/*etcd* "${beside%/*}"/*.db; do
        [ ! -e "$entry" ] || [ "$entry" = "$beside" ] || set -- "$@" "$entry"
    done
    set -f
    [ $# = 0 ] || found=$found$nl$(searched "$@" -xdev -maxdepth 6 -type f \( -path '*/snap/db' -o -name '*.db' \) \
        -exec stat -c "$described" -- {} + | head -n 100)
    IFS=$nl
    for line in $found; do
        case $line in ' mode='* | ' cut='*) printf '%s\n' "$line" ;; esac
    done
    IFS=$default_ifs
}

copies() {
    found=$(in_homes)
    text kubeconfig-copies kubeconfigs
    text etcd-copies backups
}

# ---- how the system is set up --------------------------------------------------------------------------------------

umasks() {
    set --
    set +f
    for file in /etc/profile /etc/profile.d/*.sh /etc/bash.bashrc /etc/bashrc /etc/login.defs /root/.profile \
        /root/.bash_profile /root/.bashrc /etc/pam.d/*; do
        [ ! -f "$file" ] || [ ! -r "$file" ] || set -- "$@" "$file"
    done
    set -f
    echo " umask=$inherited_umask text=in force for the account that read this"
    # shellcheck disable=SC2016 # awk, not shell
    [ $# = 0 ] || awk '
        function say(value) { if (++count <= 100) print " umask=" value " text=" FILENAME ":" FNR }
        /^[ \t]*(umask|UMASK)[ \t]+[0-7]+/ { say($2) }
        /^[^#]*pam_umask/ { if (match($0, /umask=[0-7]+/)) say(substr($0, RSTART + 6, RLENGTH - 6)) }
    ' "$@"
}

# labels: what the kernel says confines the processes in containers, with how many each.
labels() {
    asked=0
    for entry in $(processes cgroup '[0-9a-f]{64}'); do
        [ "$asked" -lt 2000 ] || break
        asked=$((asked + 1))
        label=''
        read -r label 2>/dev/null <"${entry%cgroup}attr/current" || :
        [ -n "$label" ] || continue
        container=-
        while IFS= read -r line; do
            line=${line##*/}
            line=${line%.scope}
            line=${line##*-}
            case $line in
            *[!0-9a-f]*) ;;
            *) [ ${#line} -ne 64 ] || container=$line ;;
            esac
        done 2>/dev/null <"$entry"
        printf '%s %s\n' "$container" "$label"
    done | sort -k 2 | awk '
        function told() { if (count && ++shown <= 100) print " count=" count " containers=" ids " text=" label }
        { id = substr($1, 1, 12); text = substr($0, length($1) + 2) }
        text != label { told(); label = text; count = 0; ids = ""; known = 0; split("", seen) }
        { count++ }
        id != "-" && !(id in seen) && known < 500 { seen[id] = 1; known++; ids = ids (ids == "" ? "" : ",") id }
        END { told() }'
}

# runtime: the lines of the runtime's configuration that decide about confinement; nothing else of it.
runtime() {
    set --
    set +f
    for file in "${runtime_config:-/etc/containerd/config.toml}" /etc/crio/crio.conf /etc/crio/crio.conf.d/*; do
        [ ! -f "$file" ] || set -- "$@" "$file"
    done
    set -f
    # shellcheck disable=SC2016 # awk, not shell
    [ $# = 0 ] || awk '/^[ \t]*(enable_selinux|selinux|disable_apparmor|apparmor_profile|imports)[ \t]*=/ {
        if (++count <= 100) print " text=" FILENAME ":" FNR ": " substr($0, 1, 200)
    }' "$@"
}

# configz: what the running kube-proxy uses, from its own mouth: the file that it was started with may say another thing
# by now. The answer comes over the node's own network, where its pod is. The file is asked for the port alone.
configz() {
    if [ -n "$proxy_config" ]; then
        proxy_metrics=$(sed -n 's/^metricsBindAddress:[[:space:]]*["'\'']\{0,1\}\([][0-9A-Fa-f.:]*\).*/\1/p' "/proc/$proxy/root$proxy_config" 2>/dev/null)
    fi
    case $proxy_metrics in
    *[!][0-9A-Fa-f.:]* | '') endpoint=127.0.0.1:10249 ;;
    '['*']:'* | *.*.*.*:*) endpoint=$proxy_metrics ;;
    *:*) endpoint="[$proxy_metrics]:10249" ;;
    *) endpoint=$proxy_metrics:10249 ;;
    esac
    case $endpoint in
    0.0.0.0:*) endpoint=127.0.0.1:${endpoint##*:} ;;
    '[::]:'*) endpoint="[::1]:${endpoint##*:}" ;;
    esac
    { status=$({ { fetch "http://$endpoint/configz"; echo $? >&4; } | head -c 262144 >&6; } 4>&1); } 6>&1
    return "$status"
}

fetch() {
    if command -v curl >/dev/null; then
        curl -q -sS -f -g --noproxy '*' -m 5 "$1"
    elif command -v wget >/dev/null; then
        wget -q -T 5 -O - "$1"
    else
        echo 'neither curl nor wget is there to ask it' >&2
        return 127
    fi
}

system() {
    text umask umasks
    text container-labels labels
    text runtime-confinement runtime
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
# What kubeadm keeps for all nodes; up to 1.23 the kubelet's has the release in its name.
config_maps='kube-proxy kubelet-config kubelet-config-1.19 kubelet-config-1.20 kubelet-config-1.21 kubelet-config-1.22 kubelet-config-1.23 kubeadm-config'
first=''
for name in $config_maps; do first=$first,/api/v1/namespaces/kube-system/configmaps/$name; done
first=${first#,}
pods=/api/v1/pods
others=/api/v1/namespaces,/api/v1/nodes,/api/v1/limitranges,/api/v1/replicationcontrollers,/api/v1/serviceaccounts,/api/v1/services,/apis/apps/v1/daemonsets,/apis/apps/v1/deployments,/apis/apps/v1/replicasets,/apis/apps/v1/statefulsets,/apis/batch/v1/cronjobs,/apis/batch/v1/jobs,/apis/rbac.authorization.k8s.io/v1/clusterrolebindings

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
    # shellcheck disable=SC2086 # names
    ask "$first" "$@" -n kube-system -o json --ignore-not-found configmaps $config_maps
    pages "$pods" "$@"
    # In a small cluster the rest comes from one process, which holds it all; in a large one page by page.
    if [ "$pages" = 1 ] && ! late; then
        kinds=$(printf %s "$others" | sed 's,/api/v1/,,g; s,/apis/\([a-z0-9.]*\)/v1/\([a-z]*\),\2.\1,g')
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
    count=0 answered=0 kubelet_unit=kubelet.service limit='' brief='' apiserver_container=''
    read -r nonce </proc/sys/kernel/random/uuid
    while :; do
        case $nonce in *-*) nonce=${nonce%%-*}${nonce#*-} ;; *) break ;; esac
    done
    while read -r word _ user _; do
        [ "$word" != Uid: ] || break
    done </proc/self/status
    read -r uptime _ </proc/uptime
    began=${uptime%.*}
    timeout -k 5 1 true 2>/dev/null && limit='timeout -k 5 40' brief='timeout -k 2 15'
    export GOMAXPROCS=1 GOGC=400
    exec 5>&1
    printf 'jiagu-snapshot/1 %s\n' "$nonce"
    node
    components
    units
    files
    logins
    copies
    system
    record output kubelet-version
    body "$kubelet_program" --version
    [ -z "$proxy" ] || output kube-proxy-configz configz
    api
    printf '%s done %s\n' "$nonce" "$count"
}

# Whatever happens, not more than this; and nothing eats the script when it comes on standard input.
main </dev/null | head -c "$total_limit"
