# bash completion for glasswatch
_glasswatch() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} path=glasswatch words='' files='' prefix='' i
  for ((i = 1; i < COMP_CWORD && i < 3; i++)); do
    [[ ${COMP_WORDS[i]} == -* || ($i == 2 && " config " != *" ${COMP_WORDS[1]} "*) ]] && break
    path+=" ${COMP_WORDS[i]}"
  done
  case $path in
    'glasswatch')
      case $previous in
        *) words='scan doctor config version completion --help --version' ;;
      esac ;;
    'glasswatch scan')
      case $previous in
        --watch)  ;;
        --config) files=1 ;;
        --from)  ;;
        --to)  ;;
        --account)  ;;
        --region)  ;;
        --mechanism) words='identity_center_signin identity_center_console identity_center_cli identity_center_app saml_federation web_identity assume_role switch_role iam_user_console iam_user_api root_console root_api assume_root session_token aws_login password_recovery tamper other' ;;
        --format) words='table jsonl json csv' ;;
        --accounts) files=1 ;;
        --people) files=1 ;;
        --fail-on) words='info low medium high critical' ;;
        --explain)  ;;
        --dedupe) words='exact window off' ;;
        --threads)  ;;
        --progress) words='always never auto' ;;
        --max-quarantined)  ;;
        *) words='--help --all --watch --config --from --to --account --region --mechanism --format --accounts --people --fail-on --explain --strict --dedupe --threads --stats --progress --max-quarantined --summary --verbose'; [[ $current == -* ]] || files=1 ;;
      esac ;;
    'glasswatch doctor')
      case $previous in
        --format) words='text json' ;;
        --threads)  ;;
        --progress) words='always never auto' ;;
        *) words='--help --format --threads --progress --verbose'; [[ $current == -* ]] || files=1 ;;
      esac ;;
    'glasswatch config')
      case $previous in
        *) words='check example schema --help' ;;
      esac ;;
    'glasswatch config check')
      case $previous in
        *) words='--help'; [[ $current == -* ]] || files=1 ;;
      esac ;;
    'glasswatch config example')
      case $previous in
        *) words='--help' ;;
      esac ;;
    'glasswatch config schema')
      case $previous in
        *) words='--help' ;;
      esac ;;
    'glasswatch version')
      case $previous in
        *) words='--help' ;;
      esac ;;
    'glasswatch completion')
      case $previous in
        *) words='bash zsh fish --help' ;;
      esac ;;
  esac
  # Lists: what stands before the last comma is kept.
  if [[ $previous == --mechanism && $current == *,* ]]; then
    prefix=${current%,*},
    current=${current##*,}
  fi
  if [[ -n $files ]]; then
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  else
    mapfile -t COMPREPLY < <(compgen -P "$prefix" -W "$words" -- "$current")
  fi
}
complete -o filenames -o bashdefault -F _glasswatch glasswatch
