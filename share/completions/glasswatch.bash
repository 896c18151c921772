# bash completion for glasswatch
_glasswatch() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} path=glasswatch words='' files='' prefix='' i
  for ((i = 1; i < COMP_CWORD && i < 3; i++)); do
    [[ ${COMP_WORDS[i]} == -* || ($i == 2 && " pattern sessions mute outbox quarantine receivers route store config " != *" ${COMP_WORDS[1]} "*) ]] && break
    path+=" ${COMP_WORDS[i]}"
  done
  case $path in
    'glasswatch')
      case $previous in
        *) words='scan doctor match pattern serve lambda import sessions ack mute outbox quarantine receivers alert-test route report compare store config version completion --help --version' ;;
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
        --format) words='table jsonl json csv ocsf' ;;
        --accounts) files=1 ;;
        --people) files=1 ;;
        --fail-on) words='info low medium high critical' ;;
        --explain)  ;;
        --dedupe) words='exact window off' ;;
        --threads)  ;;
        --progress) words='always never auto' ;;
        --max-quarantined)  ;;
        *) words='--help --all --watch --config --from --to --account --region --mechanism --format --accounts --people --fail-on --explain --strict --sessions --activity --dedupe --threads --stats --progress --max-quarantined --summary --verbose'; [[ $current == -* ]] || files=1 ;;
      esac ;;
    'glasswatch doctor')
      case $previous in
        --url)  ;;
        --token)  ;;
        --config) files=1 ;;
        --format) words='text json' ;;
        --threads)  ;;
        --progress) words='always never auto' ;;
        *) words='--help --live --url --token --config --format --threads --progress --verbose'; [[ $current == -* ]] || files=1 ;;
      esac ;;
    'glasswatch match')
      case $previous in
        --syntax) words='auto cloudwatch eventbridge' ;;
        --threads)  ;;
        --progress) words='always never auto' ;;
        --max-quarantined)  ;;
        *) words='--help --syntax --lift-limits --missing-differs --bare --count --invert --explain --strict --threads --stats --progress --max-quarantined --verbose'; [[ $current == -* ]] || files=1 ;;
      esac ;;
    'glasswatch pattern')
      case $previous in
        *) words='test show --help' ;;
      esac ;;
    'glasswatch pattern test')
      case $previous in
        --syntax) words='auto cloudwatch eventbridge' ;;
        *) words='--help --syntax --lift-limits --missing-differs --bare'; [[ $current == -* ]] || files=1 ;;
      esac ;;
    'glasswatch pattern show')
      case $previous in
        --syntax) words='auto cloudwatch eventbridge' ;;
        *) words='--help --syntax --lift-limits --missing-differs' ;;
      esac ;;
    'glasswatch serve')
      case $previous in
        --config) files=1 ;;
        --listen)  ;;
        --log-format) words='text json' ;;
        *) words='--help --config --listen --log-format --once --demo' ;;
      esac ;;
    'glasswatch lambda')
      case $previous in
        *) words='--help' ;;
      esac ;;
    'glasswatch import')
      case $previous in
        --config) files=1 ;;
        --store)  ;;
        --max-quarantined)  ;;
        *) words='--help --config --store --max-quarantined --stats --verbose'; [[ $current == -* ]] || files=1 ;;
      esac ;;
    'glasswatch sessions')
      case $previous in
        *) words='list show --help' ;;
      esac ;;
    'glasswatch sessions list')
      case $previous in
        --since)  ;;
        --account)  ;;
        --watch)  ;;
        --limit)  ;;
        --format) words='table json jsonl' ;;
        --config) files=1 ;;
        --store)  ;;
        --url)  ;;
        --token)  ;;
        *) words='--help --open --unacknowledged --since --account --watch --limit --format --config --store --url --token' ;;
      esac ;;
    'glasswatch sessions show')
      case $previous in
        --format) words='table json jsonl' ;;
        --config) files=1 ;;
        --store)  ;;
        --url)  ;;
        --token)  ;;
        *) words='--help --format --config --store --url --token' ;;
      esac ;;
    'glasswatch ack')
      case $previous in
        --note)  ;;
        --ticket)  ;;
        --as)  ;;
        --format) words='table json jsonl' ;;
        --url)  ;;
        --token)  ;;
        --config) files=1 ;;
        *) words='--help --note --ticket --as --format --url --token --config' ;;
      esac ;;
    'glasswatch mute')
      case $previous in
        *) words='add list remove --help' ;;
      esac ;;
    'glasswatch mute add')
      case $previous in
        --watch)  ;;
        --account)  ;;
        --session)  ;;
        --reason)  ;;
        --until)  ;;
        --format) words='table json jsonl' ;;
        --url)  ;;
        --token)  ;;
        --config) files=1 ;;
        *) words='--help --watch --account --session --reason --until --format --url --token --config' ;;
      esac ;;
    'glasswatch mute list')
      case $previous in
        --format) words='table json jsonl' ;;
        --config) files=1 ;;
        --store)  ;;
        --url)  ;;
        --token)  ;;
        *) words='--help --all --format --config --store --url --token' ;;
      esac ;;
    'glasswatch mute remove')
      case $previous in
        --format) words='table json jsonl' ;;
        --url)  ;;
        --token)  ;;
        --config) files=1 ;;
        *) words='--help --format --url --token --config' ;;
      esac ;;
    'glasswatch outbox')
      case $previous in
        *) words='list retry --help' ;;
      esac ;;
    'glasswatch outbox list')
      case $previous in
        --receiver)  ;;
        --session)  ;;
        --state) words='trying delivered folded muted parked superseded' ;;
        --limit)  ;;
        --format) words='table json jsonl' ;;
        --config) files=1 ;;
        --store)  ;;
        --url)  ;;
        --token)  ;;
        *) words='--help --receiver --session --state --limit --format --config --store --url --token' ;;
      esac ;;
    'glasswatch outbox retry')
      case $previous in
        --format) words='table json jsonl' ;;
        --url)  ;;
        --token)  ;;
        --config) files=1 ;;
        *) words='--help --format --url --token --config' ;;
      esac ;;
    'glasswatch quarantine')
      case $previous in
        *) words='list show replay --help' ;;
      esac ;;
    'glasswatch quarantine list')
      case $previous in
        --limit)  ;;
        --format) words='table json jsonl' ;;
        --config) files=1 ;;
        --store)  ;;
        --url)  ;;
        --token)  ;;
        *) words='--help --limit --format --config --store --url --token' ;;
      esac ;;
    'glasswatch quarantine show')
      case $previous in
        --config) files=1 ;;
        --store)  ;;
        --url)  ;;
        --token)  ;;
        *) words='--help --config --store --url --token' ;;
      esac ;;
    'glasswatch quarantine replay')
      case $previous in
        --format) words='table json jsonl' ;;
        --url)  ;;
        --token)  ;;
        --config) files=1 ;;
        *) words='--help --format --url --token --config' ;;
      esac ;;
    'glasswatch receivers')
      case $previous in
        *) words='check --help' ;;
      esac ;;
    'glasswatch receivers check')
      case $previous in
        --config) files=1 ;;
        *) words='--help --config' ;;
      esac ;;
    'glasswatch alert-test')
      case $previous in
        --receiver)  ;;
        --url)  ;;
        --token)  ;;
        --config) files=1 ;;
        *) words='--help --receiver --url --token --config' ;;
      esac ;;
    'glasswatch route')
      case $previous in
        *) words='test --help' ;;
      esac ;;
    'glasswatch route test')
      case $previous in
        --config) files=1 ;;
        --account)  ;;
        --role)  ;;
        --principal)  ;;
        --source-ip)  ;;
        --mechanism) words='identity_center_signin identity_center_console identity_center_cli identity_center_app saml_federation web_identity assume_role switch_role iam_user_console iam_user_api root_console root_api assume_root session_token aws_login password_recovery tamper other' ;;
        --outcome) words='success failure' ;;
        --expect)  ;;
        *) words='--help --config --account --role --principal --source-ip --mechanism --outcome --expect' ;;
      esac ;;
    'glasswatch report')
      case $previous in
        --config) files=1 ;;
        --store)  ;;
        --from)  ;;
        --to)  ;;
        --as-of)  ;;
        --account)  ;;
        --role)  ;;
        --watch)  ;;
        --session)  ;;
        --format) words='html csv json' ;;
        --output) files=1 ;;
        *) words='--help --config --store --from --to --as-of --account --role --watch --session --format --output' ;;
      esac ;;
    'glasswatch compare')
      case $previous in
        --with) files=1 ;;
        --config) files=1 ;;
        --store)  ;;
        --from)  ;;
        --to)  ;;
        --format) words='table jsonl csv' ;;
        *) words='--help --with --config --store --from --to --format' ;;
      esac ;;
    'glasswatch store')
      case $previous in
        *) words='check backup migrate --help' ;;
      esac ;;
    'glasswatch store check')
      case $previous in
        --config) files=1 ;;
        --store)  ;;
        *) words='--help --config --store' ;;
      esac ;;
    'glasswatch store backup')
      case $previous in
        --config) files=1 ;;
        --store)  ;;
        *) words='--help --config --store'; [[ $current == -* ]] || files=1 ;;
      esac ;;
    'glasswatch store migrate')
      case $previous in
        --config) files=1 ;;
        --store)  ;;
        *) words='--help --config --store' ;;
      esac ;;
    'glasswatch config')
      case $previous in
        *) words='check render example schema --help' ;;
      esac ;;
    'glasswatch config check')
      case $previous in
        --sample) files=1 ;;
        --deployed) files=1 ;;
        --name-prefix)  ;;
        *) words='--help --sample --deployed --name-prefix'; [[ $current == -* ]] || files=1 ;;
      esac ;;
    'glasswatch config render')
      case $previous in
        --for) words='cloudwatch-filter eventbridge' ;;
        --config) files=1 ;;
        --watch)  ;;
        --part)  ;;
        *) words='--help --for --config --watch --part' ;;
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
