#compdef glasswatch
# zsh completion for glasswatch
_glasswatch() {
  local previous=$words[CURRENT-1] current=$words[CURRENT] key=glasswatch
  (( CURRENT > 2 )) && key+=" $words[2]"
  (( CURRENT > 3 )) && [[ " config " == *" $words[2] "* ]] && key+=" $words[3]"
  case $key in
    'glasswatch')
      case $previous in
        *) compadd -- scan doctor config version completion --help --version ;;
      esac ;;
    'glasswatch scan')
      case $previous in
        --watch) : ;;
        --config) _files ;;
        --from) : ;;
        --to) : ;;
        --account) : ;;
        --region) : ;;
        --mechanism) compset -P '*,'; compadd -- identity_center_signin identity_center_console identity_center_cli identity_center_app saml_federation web_identity assume_role switch_role iam_user_console iam_user_api root_console root_api assume_root session_token aws_login password_recovery tamper other ;;
        --format) compadd -- table jsonl json csv ;;
        --accounts) _files ;;
        --people) _files ;;
        --fail-on) compadd -- info low medium high critical ;;
        --explain) : ;;
        --dedupe) compadd -- exact window off ;;
        --threads) : ;;
        --progress) compadd -- always never auto ;;
        --max-quarantined) : ;;
        *) if [[ $current == -* ]]; then compadd -- --help --all --watch --config --from --to --account --region --mechanism --format --accounts --people --fail-on --explain --strict --dedupe --threads --stats --progress --max-quarantined --summary --verbose; else _files; fi ;;
      esac ;;
    'glasswatch doctor')
      case $previous in
        --format) compadd -- text json ;;
        --threads) : ;;
        --progress) compadd -- always never auto ;;
        *) if [[ $current == -* ]]; then compadd -- --help --format --threads --progress --verbose; else _files; fi ;;
      esac ;;
    'glasswatch config')
      case $previous in
        *) compadd -- check example schema --help ;;
      esac ;;
    'glasswatch config check')
      case $previous in
        *) if [[ $current == -* ]]; then compadd -- --help; else _files; fi ;;
      esac ;;
    'glasswatch config example')
      case $previous in
        *) compadd -- --help ;;
      esac ;;
    'glasswatch config schema')
      case $previous in
        *) compadd -- --help ;;
      esac ;;
    'glasswatch version')
      case $previous in
        *) compadd -- --help ;;
      esac ;;
    'glasswatch completion')
      case $previous in
        *) compadd -- bash zsh fish --help ;;
      esac ;;
  esac
}
if [[ $funcstack[1] == _glasswatch ]]; then
  _glasswatch "$@"
else
  compdef _glasswatch glasswatch
fi
