# docs/man/man.awk — makes a manual page of what a program prints for --help, or, for fcnn.ini, of --help-config:
#   fcnn-train --help | awk -v page=fcnn-train -v version=0.1.0 -v date=2026-01-31 -f docs/man/man.awk
# Fails if the text has not the form that it knows.

BEGIN {
    about["fcnn-train"] = "train fully connected neural networks on HDF5 data"
    about["fcnn-predict"] = "predict and score rows of HDF5 data by a trained model"
    about["fcnn-import"] = "make HDF5 data of CSV, numpy and IDX files"
    about["fcnn-info"] = "print what a model or a file of data holds"
    about["fcnn-bench"] = "measure how fast training steps are"
    about["fcnn.ini"] = "the config of a training"
    section = page == "fcnn.ini" ? 5 : 1
    printf ".TH %s %d \"%s\" \"fcnn %s\" \"%s\"\n", toupper(page), section, date, version, \
        section == 1 ? "User Commands" : "File Formats"
    # names of keys and files are not to be broken
    print ".nh"
    print ".ad l"
    print ".SH NAME"
    print page " \\- " about[page]
}

# The characters of a text, for roff.
function plain(text) {
    gsub(/\\/, "\\e", text)
    gsub(/'/, "\\(aq", text)
    gsub(/`/, "\\(ga", text)
    gsub(/\^/, "\\(ha", text)
    gsub(/~/, "\\(ti", text)
    gsub(/--/, "\\-\\-", text)
    return text
}

# As plain(); options and programs become bold.
function marked(text,    out, word) {
    out = ""
    while (match(text, /--[a-z][a-z-]*|fcnn-[a-z]+|mpirun -np/)) {
        word = plain(substr(text, RSTART, RLENGTH))
        gsub(/-/, "\\-", word)
        gsub(/\\\\/, "\\", word)
        out = out plain(substr(text, 1, RSTART - 1)) "\\fB" word "\\fR"
        text = substr(text, RSTART + RLENGTH)
    }
    return out plain(text)
}

# As marked(); names of values, in capital letters, become italic.
function shown(text,    out, at, length_of_word) {
    text = marked(text)
    out = ""
    while (match(text, /(^|[ [=:])[A-Z][A-Z]*[A-Z.]*[a-z0-9]*/)) {
        at = RSTART + (substr(text, RSTART, 1) !~ /[A-Z]/)
        length_of_word = RLENGTH - (at - RSTART)
        out = out substr(text, 1, at - 1) "\\fI" substr(text, at, length_of_word) "\\fR"
        text = substr(text, at + length_of_word)
    }
    return out text
}

# Prints a text as lines of input: none begins with a dot or an apostrophe.
function say(text) {
    sub(/^ +/, "", text)
    gsub(/  +/, " ", text)
    if (text ~ /^\./) {
        text = "\\&" text
    }
    print text
}

# ---- programs ----

# Appends to the text of the paragraph or of the option that is being read.
function more(text) {
    sub(/^ +/, "", text)
    held = held == "" ? text : held " " text
}

# Ends that text.
function flush(    end, rest) {
    if (held == "") {
        return
    }
    if (held ~ /^Exit codes: /) {
        print ".SH EXIT STATUS"
        sub(/^Exit codes: /, "", held)
        rest = ""
        if (match(held, /\.  ?[A-Z]/)) {
            rest = substr(held, RSTART + 1)
            held = substr(held, 1, RSTART - 1)
        }
        sub(/\.$/, "", held)
        while (match(held, /, [0-9]+ /)) {
            end = RSTART
            code(substr(held, 1, end - 1))
            held = substr(held, end + 2)
        }
        code(held)
        if (rest != "") {
            print ".PP"
            say(marked(rest))
        }
    } else if (after_options) {
        print(notes++ ? ".PP" : ".SH NOTES")
        say(marked(held))
    } else if (in_options) {
        say(marked(held))
    } else {
        print(described++ ? ".PP" : ".SH DESCRIPTION")
        say(marked(held))
    }
    held = ""
}

function code(text) {
    if (text !~ /^[0-9]+ /) {
        wrong = "no exit code: " text
    }
    print ".TP"
    print ".B " substr(text, 1, index(text, " ") - 1)
    say(marked(substr(text, index(text, " ") + 1)))
}

# An option's line: its text begins in the column where that of the first one does.
function option(line,    tag, text) {
    flush()
    if (!in_options) {
        print ".SH OPTIONS"
        in_options = 1
        match(line, /[^ ]  +[^ ]/)
        column = RSTART + RLENGTH - 1
    }
    tag = substr(line, 1, column - 1)
    text = substr(line, column)
    if (tag !~ / $/) {
        tag = line
        text = ""
    }
    gsub(/^ +| +$/, "", tag)
    print ".TP"
    print shown(tag)
    more(tag == "--help, --version" ? "print a short help, or the version" : text)
}

section == 1 && /^usage: / {
    print ".SH SYNOPSIS"
    usage = 1
    say(shown(substr($0, 8)))
    next
}
section == 1 && usage && /^ / { print ".br"; say(shown($0)); next }
section == 1 && /^$/ { flush(); usage = 0; after_options = in_options; next }
section == 1 && /^ +--/ { option($0); options++; next }
section == 1 { more($0) }

# ---- the config ----

# A key ends the comment above it.
function key(line,    name) {
    name = substr(line, 1, index(line, " =") - 1)
    sub(/^# /, "", name)
    print ".TP"
    print ".B " name
    say(plain(help))
    print ".sp 0.4v"
    say(plain(rules))
    help = rules = ""
    options++
}

section == 5 && /^\[/ {
    print ".SS " $0
    next
}
section == 5 && /^(# )?[a-z_]+ =/ { key($0); next }
section == 5 && /^# / {
    text = substr($0, 3)
    if (rules != "" || text ~ /^Takes /) {
        rules = rules (rules == "" ? "" : " ") text
    } else {
        help = help (help == "" ? "" : " ") text
    }
}
section == 5 && /^$/ && help != "" {
    # the comment at the head
    print ".SH DESCRIPTION"
    say(plain(help))
    help = ""
    print ".PP"
    print "A config is a text of sections, \"[section]\", and keys, \"key = value\", which"
    print ".BR fcnn\\-train (1)"
    print "reads.  Paths start in the folder of the config, that of the run in the working directory."
    print ".PP"
    print "The option"
    print ".B \\-\\-set \\fISECTION\\fR.\\fIKEY\\fR=\\fIVALUE\\fR"
    print "changes a key from the command line."
    print ".SH KEYS"
}

END {
    flush()
    if (options < 4 || about[page] == "") {
        wrong = "that is not the help of " page
    }
    if (wrong != "") {
        print "man.awk: " wrong >"/dev/stderr"
        exit 1
    }
    print ".SH SEE ALSO"
    count = split("fcnn-train fcnn-predict fcnn-import fcnn-info fcnn-bench fcnn.ini", all, " ")
    line = ""
    for (i = 1; i <= count; i++) {
        if (all[i] != page) {
            name = all[i]
            gsub(/-/, "\\-", name)
            line = line (line == "" ? "" : ", ") "\\fB" name "\\fR(" (all[i] == "fcnn.ini" ? 5 : 1) ")"
        }
    }
    print line
}
