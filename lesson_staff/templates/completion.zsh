#compdef %(prog_name)s
# A parameter's name goes on with its value: zsh is to put no space behind »=«. The rest is as Typer has it.
%(complete_func)s() {
    local k answer="$(env _TYPER_COMPLETE_ARGS="${words[1,$CURRENT]}" %(autocomplete_var)s=complete_zsh %(prog_name)s)"
    local -a names=(${${${(f)answer}#*\"}%%%%\"*}) told=(${${${(f)answer}#*\":\"}%%%%\"*})
    if [[ "$answer" == *'=":"'* ]]; then
        for k in {1..$#names}; told[k]="$names[k]  ${told[k]//\\/}"
        compadd -S '' -l -d told -- $names
    else
        eval "$answer"
    fi
}
compdef %(complete_func)s %(prog_name)s
