# scripts/fcnn-completion.bash — completes the command lines of the programs in bash.  It runs the programs themselves:
# options and their values come from --help, and the keys of --set and their values from --help-config.
# shellcheck shell=bash

# The output of the programs, which are run once per shell.
declare -gA _fcnn_printed

# _fcnn_ask PROGRAM OPTION: sets $text
_fcnn_ask()
{
    text=${_fcnn_printed["$1 $2"]-}
    if [ -z "$text" ]; then
        text=$("${1/#\~\//$HOME/}" "$2" 2>/dev/null)
        _fcnn_printed["$1 $2"]=$text
    fi
}

# _fcnn_choices TEXT: sets $choices to the words of a list such as "a, b or c [a]" (--help), "one of a, b." or "of the
# words a, b;" (--help-config)
_fcnn_choices()
{
    local line=$1 word='[a-z_0-9]+'
    while [[ $line =~ ^(.*[a-z])\ \([^\)]*\)(.*)$ ]]; do
        line=${BASH_REMATCH[1]}${BASH_REMATCH[2]}
    done
    if [[ $line =~ (($word,\ )*$word)\ or\ ($word)\ \[ ]]; then
        choices="${BASH_REMATCH[1]} ${BASH_REMATCH[3]}"
    elif [[ $line =~ Takes\ ([a-z0-9\ ]*of\ the\ words|one\ of)\ (($word,\ )*$word) ]]; then
        choices=${BASH_REMATCH[2]}
    elif [[ $line =~ Takes\ yes\ or\ no ]]; then
        choices='yes no'
    elif [[ $line =~ Takes\ auto\ or ]]; then
        choices=auto
    else
        choices=
    fi
    choices=${choices//,/}
}

# Sets $options to the options of a program, $names and $choices to what follows the option $1 there: the names of its
# values, and the words that it takes, which may be those of a key.
_fcnn_options()
{
    local line description key=''
    options=() names='' choices=''
    while IFS= read -r line; do
        if [[ $line =~ ^\ +(--[a-z-]+)(,\ (--[a-z-]+))?(.*)$ ]]; then
            options+=("${BASH_REMATCH[1]}" ${BASH_REMATCH[3]:+"${BASH_REMATCH[3]}"})
            if [ "${BASH_REMATCH[1]}" = "$1" ]; then
                description=${BASH_REMATCH[4]}
                if [[ $description =~ ^\ ([a-z_]+(\|[a-z_]+)+) ]]; then
                    names=WORD choices=${BASH_REMATCH[1]//|/ }
                elif [[ $description =~ ^((\ \[?[A-Z][A-Z.=]*[a-z0-9.]*\]?)+)\ (.*)$ ]]; then
                    names=${BASH_REMATCH[1]} description=${BASH_REMATCH[3]}
                    _fcnn_choices "$description"
                    if [[ $description =~ word\ of\ ([a-z]+\.[a-z_]+) ]]; then
                        key=${BASH_REMATCH[1]}
                    fi
                fi
            fi
        fi
    done <<<"$text"
    if [ -n "$key" ]; then
        # the words of a key, which fcnn-train beside the program knows
        _fcnn_ask "${program%fcnn-*}fcnn-train" --help-config
        _fcnn_keys "$key"
        _fcnn_choices "$values"
    fi
}

# Sets $keys to all keys of a config, and $values to the rules of the key $1.
_fcnn_keys()
{
    local line section='' rules=''
    keys=() values=''
    while IFS= read -r line; do
        if [[ $line =~ ^\[(.*)\]$ ]]; then
            section=${BASH_REMATCH[1]}
        elif [[ $line =~ ^(#\ )?([a-z_]+)\ = ]]; then
            keys+=("$section.${BASH_REMATCH[2]}")
            [ "$section.${BASH_REMATCH[2]}" != "$1" ] || values=$rules
            rules=
        elif [[ $line == '# Takes '* || -n $rules ]]; then
            rules+=" ${line#\# }"
        fi
    done <<<"$text"
}

# _fcnn_files ENDING…: the folders and files that $word may become; all files where no ending is given
_fcnn_files()
{
    local ending
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(
        compgen -d -- "$word"
        [ $# -gt 0 ] || compgen -f -- "$word"
        for ending; do
            compgen -f -X "!*$ending" -- "$word"
        done
    )
}

# _fcnn_words WORD…: those that $word may become
_fcnn_words()
{
    mapfile -t COMPREPLY < <(compgen -W "$*" -- "$word")
}

# SECTION.KEY=VALUE, or stage.NUMBER.SECTION.KEY=VALUE
_fcnn_assignment()
{
    local stage=
    if [[ $word =~ ^(stage\.[0-9]+\.)(.*)$ ]]; then
        stage=${BASH_REMATCH[1]} word=${BASH_REMATCH[2]}
    fi
    _fcnn_ask "$1" --help-config
    _fcnn_keys "${word%%=*}"
    if [[ $word != *=* ]]; then
        compopt -o nospace 2>/dev/null
        if [ -n "$stage" ]; then
            mapfile -t keys < <(
                printf '%s\n' "${keys[@]}" | grep -xE '(optimizer|schedule)\..*|train\.(epochs|batch_size)'
            )
        fi
        _fcnn_words "${keys[@]/%/=}"
        COMPREPLY=("${COMPREPLY[@]/#/$stage}")
        return
    fi
    word=${word#*=}
    if [[ $word == file:* && $values == *'file:PATH'* ]]; then
        word=${word#file:}
        _fcnn_files .h5
        return
    fi
    _fcnn_choices "$values"
    [[ $values != *'file:PATH'* ]] || choices+=' file:'
    _fcnn_words "$choices"
    if [[ ${#COMPREPLY[@]} -eq 0 && $values == *path* ]]; then
        _fcnn_files
    fi
}

# The value of an option.
_fcnn_value()
{
    case $1:$names in
    --set:*) _fcnn_assignment "$program" ;;
    --csv:*) _fcnn_files .csv .csv.gz .tsv .tsv.gz .txt .txt.gz ;;
    --npy:*) _fcnn_files .npy .npy.gz ;;
    --arrays:*) _fcnn_files ;;
    --npz:*) _fcnn_files .npz ;;
    --json:*) _fcnn_files .json ;;
    --idx:*) _fcnn_files ;;
    *:*.h5) _fcnn_files .h5 ;;
    *) _fcnn_words "$choices" ;;
    esac
}

_fcnn_complete()
{
    local program=$1 text options names choices keys values
    local -a given=('')
    local i word last='' since=0 many
    # bash parts words at = and : too
    for ((i = 1; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ $i -gt 1 && ($word == [=:]* || ${COMP_WORDS[i - 1]} == *[=:]) ]]; then
            given[-1]+=$word
        else
            given+=("$word")
        fi
    done
    word=${given[-1]}
    unset 'given[-1]'
    for i in "${given[@]}"; do
        if [[ $i == --* && $i != *=* ]]; then
            last=$i since=0
        else
            since=$((since + 1))
        fi
    done
    _fcnn_ask "$program" --help
    if [[ $word == --*=* ]]; then
        last=${word%%=*} since=0 word=${word#*=}
        _fcnn_options "$last"
        _fcnn_value "$last"
        return
    fi
    _fcnn_options "$last"
    read -ra many <<<"$names"
    if [[ $word == -* ]]; then
        _fcnn_words "${options[@]}"
    elif [[ $last != '' && ($since -lt ${#many[@]} || $names == *...*) ]]; then
        _fcnn_value "$last"
    else
        case ${program##*/} in
        fcnn-train) _fcnn_files .ini ;;
        fcnn-bench) _fcnn_words "${options[@]}" ;;
        *) _fcnn_files .h5 ;;
        esac
    fi
}

complete -F _fcnn_complete fcnn-train fcnn-predict fcnn-import fcnn-info fcnn-bench
