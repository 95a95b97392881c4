# Bash cuts words at »=«; the command is given the whole word, and bash the part of the answer behind the »=«.
%(complete_func)s() {
    local line="${COMP_LINE:0:COMP_POINT}" word
    local -a words
    read -ra words <<< "$line"
    [[ "$line" == *' ' ]] && words+=("")
    word="${words[-1]}"
    local IFS=$'\n'
    COMPREPLY=( $( env COMP_WORDS="$line" COMP_CWORD=$(( ${#words[@]} - 1 )) \
                   %(autocomplete_var)s=complete_bash "$1" ) )
    [[ "$word" == *=* ]] && COMPREPLY=( "${COMPREPLY[@]#"${word%%%%=*}="}" )
    [[ "${COMPREPLY[0]}" == *= ]] && compopt -o nospace
    return 0
}
complete -o default -F %(complete_func)s %(prog_name)s
