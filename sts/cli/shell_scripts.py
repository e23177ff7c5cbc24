"""
Scripts for shells: completion, and the function and prompt of `sts shell-init`.

Completions are untrusted data, such as profile names: each script quotes them before they reach the command line. The prompt
starts no program except `date`, in shells without a clock.
"""

from __future__ import annotations

COMPLETION = {
    "bash": r"""
_sts_complete() {
    local line="${COMP_LINE:0:COMP_POINT}" word reply=() cur="${COMP_WORDS[COMP_CWORD]}"
    local whole="${line##*[[:space:]]}" skip=""
    COMPREPLY=()
    case "$whole" in *:*) case "$COMP_WORDBREAKS" in *:*) skip="${whole%"${whole##*:}"}" ;; esac ;; esac
    while IFS= read -r word; do
        printf -v word '%q' "${word%%$'\t'*}"
        COMPREPLY+=("${word#"$skip"}")
    done < <(command sts __complete "${line#*[[:space:]]}")
}
complete -o default -F _sts_complete sts
""",
    "zsh": r"""
_sts_complete() {
    local -a words_found texts
    local line word text
    while IFS=$'\t' read -r word text; do
        words_found+=("$word")
        texts+=("${word}${text:+  -- $text}")
    done < <(command sts __complete "${LBUFFER#*[[:space:]]}")
    if (( ${#words_found} )); then
        compadd -l -d texts -a words_found
    else
        _files
    fi
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit -u }
compdef _sts_complete sts
""",
    "fish": r"""
function __sts_complete
    command sts __complete (string replace -r '^\S+\s+' '' -- (commandline -cp))
end
complete -c sts -f -a '(__sts_complete)'
complete -c sts -n 'test -z "$(__sts_complete)"' -F
""",
    "powershell": r"""
Register-ArgumentCompleter -Native -CommandName sts -ScriptBlock {
    param($word, $ast, $cursor)
    $text = $ast.ToString()
    $line = $text.Substring(0, [Math]::Min($cursor, $text.Length)).PadRight($cursor) -replace '^\S+\s+', ''
    & (Get-Command sts -CommandType Application)[0] __complete $line | ForEach-Object {
        $name, $help = $_ -split "`t", 2
        $quoted = $name
        if ($name -match "[^\w:/.@%+=-]") { $quoted = "'" + ($name -replace "(['\u2018\u2019\u201a\u201b])", '$1$1') + "'" }
        if (-not $help) { $help = $name }
        [System.Management.Automation.CompletionResult]::new($quoted, $name, 'ParameterValue', $help)
    }
}
""",
}
"""Completion script of each shell."""

_POSIX_INIT = r"""
assume() {
    if [ -n "${STS_SHELL-}" ]; then
        printf '%s\n' "sts: this shell was opened by \`sts exec\`; leave it with exit before you assume something else" >&2
        return 1
    fi
    case " $* " in *" --help "* | *" -h "* | *" --format "*) command sts assume "$@"; return ;; esac
    local lines
    lines="$(command sts assume --format env "$@")" || return
    eval "$lines"
}
sts_prompt() {
    local name="${STS_ASSUMED_PROFILE:-${STS_ASSUMED_ROLE##*/}}" left=""
    [ -n "$name" ] || return 0
    name="$(printf '%s' "$name" | LC_ALL=C tr -cd 'A-Za-z0-9._/@+=, -')"
    if [ -n "${STS_ASSUMED_UNTIL-}" ]; then
        left=$(( STS_ASSUMED_UNTIL - $(date +%s) ))
        if [ "$left" -le 0 ]; then left=" expired"; else left=" $(( (left + 59) / 60 ))m"; fi
    fi
    printf '[%s%s] ' "$name" "$left"
}
"""
INIT = {
    "bash": _POSIX_INIT
    + r"""
case "$PS1" in *sts_prompt*) ;; *) PS1='$(sts_prompt)'"$PS1" ;; esac
""",
    "zsh": _POSIX_INIT
    + r"""
setopt prompt_subst
case "$PROMPT" in *sts_prompt*) ;; *) PROMPT='$(sts_prompt | sed s/%/%%/g)'"$PROMPT" ;; esac
""",
    "fish": r"""
function assume
    if set -q STS_SHELL
        echo "sts: this shell was opened by `sts exec`; leave it with exit before you assume something else" >&2
        return 1
    end
    if contains -- --help $argv; or contains -- -h $argv; or contains -- --format $argv
        command sts assume $argv
        return
    end
    set -l lines (command sts assume --format fish $argv | string collect); or return $pipestatus[1]
    eval $lines
end
function sts_prompt
    set -l name $STS_ASSUMED_PROFILE
    test -n "$name"; or set name (string split -r -m1 / -- "$STS_ASSUMED_ROLE")[-1]
    test -n "$name"; or return 0
    set -l left ""
    if set -q STS_ASSUMED_UNTIL
        set -l seconds (math $STS_ASSUMED_UNTIL - (date +%s))
        test $seconds -le 0; and set left " expired"; or set left " "(math "ceil($seconds / 60)")m
    end
    printf '[%s%s] ' (string replace -ra '[^A-Za-z0-9._/@+=, -]' '' -- $name) $left
end
if not functions -q __sts_prompt_before
    functions -c fish_prompt __sts_prompt_before
    function fish_prompt
        sts_prompt
        __sts_prompt_before
    end
end
""",
    "powershell": r"""
function assume {
    if ($Env:STS_SHELL) {
        Write-Error "sts: this shell was opened by 'sts exec'; leave it with exit before you assume something else"
        return
    }
    $sts = (Get-Command sts -CommandType Application)[0]
    if ($args -contains '--help' -or $args -contains '-h' -or $args -contains '--format') { & $sts assume @args; return }
    $lines = & $sts assume --format powershell @args
    if ($LASTEXITCODE -eq 0 -and "$lines".Trim()) { $lines -join "`n" | Invoke-Expression }
}
function sts_prompt {
    $name = if ($Env:STS_ASSUMED_PROFILE) { $Env:STS_ASSUMED_PROFILE } else { ($Env:STS_ASSUMED_ROLE -split '/')[-1] }
    if (-not $name) { return '' }
    $left = ''
    if ($Env:STS_ASSUMED_UNTIL) {
        $seconds = [long]$Env:STS_ASSUMED_UNTIL - [DateTimeOffset]::UtcNow.ToUnixTimeSeconds()
        $left = if ($seconds -le 0) { ' expired' } else { " $([Math]::Ceiling($seconds / 60))m" }
    }
    "[$($name -replace '[^A-Za-z0-9._/@+=, -]', '')$left] "
}
if (-not (Test-Path Function:__sts_prompt_before)) {
    Copy-Item Function:prompt Function:__sts_prompt_before
    function prompt { "$(sts_prompt)$(__sts_prompt_before)" }
}
""",
}
"""Script of each shell with the function `assume` and the prompt."""
