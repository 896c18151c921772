#compdef glasswatch
# zsh completion for glasswatch
_glasswatch() {
  local previous=$words[CURRENT-1] current=$words[CURRENT] key=glasswatch
  (( CURRENT > 2 )) && key+=" $words[2]"
  (( CURRENT > 3 )) && [[ " pattern sessions mute outbox quarantine receivers route store config " == *" $words[2] "* ]] && key+=" $words[3]"
  case $key in
    'glasswatch')
      case $previous in
        *) compadd -- scan doctor match pattern serve lambda import sessions ack mute outbox quarantine receivers alert-test route report compare store config version completion --help --version ;;
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
        --format) compadd -- table jsonl json csv ocsf ;;
        --accounts) _files ;;
        --people) _files ;;
        --fail-on) compadd -- info low medium high critical ;;
        --explain) : ;;
        --dedupe) compadd -- exact window off ;;
        --threads) : ;;
        --progress) compadd -- always never auto ;;
        --max-quarantined) : ;;
        *) if [[ $current == -* ]]; then compadd -- --help --all --watch --config --from --to --account --region --mechanism --format --accounts --people --fail-on --explain --strict --sessions --activity --dedupe --threads --stats --progress --max-quarantined --summary --verbose; else _files; fi ;;
      esac ;;
    'glasswatch doctor')
      case $previous in
        --url) : ;;
        --token) : ;;
        --config) _files ;;
        --format) compadd -- text json ;;
        --threads) : ;;
        --progress) compadd -- always never auto ;;
        *) if [[ $current == -* ]]; then compadd -- --help --live --url --token --config --format --threads --progress --verbose; else _files; fi ;;
      esac ;;
    'glasswatch match')
      case $previous in
        --syntax) compadd -- auto cloudwatch eventbridge ;;
        --threads) : ;;
        --progress) compadd -- always never auto ;;
        --max-quarantined) : ;;
        *) if [[ $current == -* ]]; then compadd -- --help --syntax --lift-limits --missing-differs --bare --count --invert --explain --strict --threads --stats --progress --max-quarantined --verbose; else _files; fi ;;
      esac ;;
    'glasswatch pattern')
      case $previous in
        *) compadd -- test show --help ;;
      esac ;;
    'glasswatch pattern test')
      case $previous in
        --syntax) compadd -- auto cloudwatch eventbridge ;;
        *) if [[ $current == -* ]]; then compadd -- --help --syntax --lift-limits --missing-differs --bare; else _files; fi ;;
      esac ;;
    'glasswatch pattern show')
      case $previous in
        --syntax) compadd -- auto cloudwatch eventbridge ;;
        *) compadd -- --help --syntax --lift-limits --missing-differs ;;
      esac ;;
    'glasswatch serve')
      case $previous in
        --config) _files ;;
        --listen) : ;;
        --log-format) compadd -- text json ;;
        *) compadd -- --help --config --listen --log-format --once --demo ;;
      esac ;;
    'glasswatch lambda')
      case $previous in
        *) compadd -- --help ;;
      esac ;;
    'glasswatch import')
      case $previous in
        --config) _files ;;
        --store) : ;;
        --max-quarantined) : ;;
        *) if [[ $current == -* ]]; then compadd -- --help --config --store --max-quarantined --stats --verbose; else _files; fi ;;
      esac ;;
    'glasswatch sessions')
      case $previous in
        *) compadd -- list show --help ;;
      esac ;;
    'glasswatch sessions list')
      case $previous in
        --since) : ;;
        --account) : ;;
        --watch) : ;;
        --limit) : ;;
        --format) compadd -- table json jsonl ;;
        --config) _files ;;
        --store) : ;;
        --url) : ;;
        --token) : ;;
        *) compadd -- --help --open --unacknowledged --since --account --watch --limit --format --config --store --url --token ;;
      esac ;;
    'glasswatch sessions show')
      case $previous in
        --format) compadd -- table json jsonl ;;
        --config) _files ;;
        --store) : ;;
        --url) : ;;
        --token) : ;;
        *) compadd -- --help --format --config --store --url --token ;;
      esac ;;
    'glasswatch ack')
      case $previous in
        --note) : ;;
        --ticket) : ;;
        --as) : ;;
        --format) compadd -- table json jsonl ;;
        --url) : ;;
        --token) : ;;
        --config) _files ;;
        *) compadd -- --help --note --ticket --as --format --url --token --config ;;
      esac ;;
    'glasswatch mute')
      case $previous in
        *) compadd -- add list remove --help ;;
      esac ;;
    'glasswatch mute add')
      case $previous in
        --watch) : ;;
        --account) : ;;
        --session) : ;;
        --reason) : ;;
        --until) : ;;
        --format) compadd -- table json jsonl ;;
        --url) : ;;
        --token) : ;;
        --config) _files ;;
        *) compadd -- --help --watch --account --session --reason --until --format --url --token --config ;;
      esac ;;
    'glasswatch mute list')
      case $previous in
        --format) compadd -- table json jsonl ;;
        --config) _files ;;
        --store) : ;;
        --url) : ;;
        --token) : ;;
        *) compadd -- --help --all --format --config --store --url --token ;;
      esac ;;
    'glasswatch mute remove')
      case $previous in
        --format) compadd -- table json jsonl ;;
        --url) : ;;
        --token) : ;;
        --config) _files ;;
        *) compadd -- --help --format --url --token --config ;;
      esac ;;
    'glasswatch outbox')
      case $previous in
        *) compadd -- list retry --help ;;
      esac ;;
    'glasswatch outbox list')
      case $previous in
        --receiver) : ;;
        --session) : ;;
        --state) compadd -- trying delivered folded muted parked superseded ;;
        --limit) : ;;
        --format) compadd -- table json jsonl ;;
        --config) _files ;;
        --store) : ;;
        --url) : ;;
        --token) : ;;
        *) compadd -- --help --receiver --session --state --limit --format --config --store --url --token ;;
      esac ;;
    'glasswatch outbox retry')
      case $previous in
        --format) compadd -- table json jsonl ;;
        --url) : ;;
        --token) : ;;
        --config) _files ;;
        *) compadd -- --help --format --url --token --config ;;
      esac ;;
    'glasswatch quarantine')
      case $previous in
        *) compadd -- list show replay --help ;;
      esac ;;
    'glasswatch quarantine list')
      case $previous in
        --limit) : ;;
        --format) compadd -- table json jsonl ;;
        --config) _files ;;
        --store) : ;;
        --url) : ;;
        --token) : ;;
        *) compadd -- --help --limit --format --config --store --url --token ;;
      esac ;;
    'glasswatch quarantine show')
      case $previous in
        --config) _files ;;
        --store) : ;;
        --url) : ;;
        --token) : ;;
        *) compadd -- --help --config --store --url --token ;;
      esac ;;
    'glasswatch quarantine replay')
      case $previous in
        --format) compadd -- table json jsonl ;;
        --url) : ;;
        --token) : ;;
        --config) _files ;;
        *) compadd -- --help --format --url --token --config ;;
      esac ;;
    'glasswatch receivers')
      case $previous in
        *) compadd -- check --help ;;
      esac ;;
    'glasswatch receivers check')
      case $previous in
        --config) _files ;;
        *) compadd -- --help --config ;;
      esac ;;
    'glasswatch alert-test')
      case $previous in
        --receiver) : ;;
        --url) : ;;
        --token) : ;;
        --config) _files ;;
        *) compadd -- --help --receiver --url --token --config ;;
      esac ;;
    'glasswatch route')
      case $previous in
        *) compadd -- test --help ;;
      esac ;;
    'glasswatch route test')
      case $previous in
        --config) _files ;;
        --account) : ;;
        --role) : ;;
        --principal) : ;;
        --source-ip) : ;;
        --mechanism) compset -P '*,'; compadd -- identity_center_signin identity_center_console identity_center_cli identity_center_app saml_federation web_identity assume_role switch_role iam_user_console iam_user_api root_console root_api assume_root session_token aws_login password_recovery tamper other ;;
        --outcome) compadd -- success failure ;;
        --expect) : ;;
        *) compadd -- --help --config --account --role --principal --source-ip --mechanism --outcome --expect ;;
      esac ;;
    'glasswatch report')
      case $previous in
        --config) _files ;;
        --store) : ;;
        --from) : ;;
        --to) : ;;
        --as-of) : ;;
        --account) : ;;
        --role) : ;;
        --watch) : ;;
        --session) : ;;
        --format) compadd -- html csv json ;;
        --output) _files ;;
        *) compadd -- --help --config --store --from --to --as-of --account --role --watch --session --format --output ;;
      esac ;;
    'glasswatch compare')
      case $previous in
        --with) _files ;;
        --config) _files ;;
        --store) : ;;
        --from) : ;;
        --to) : ;;
        --format) compadd -- table jsonl csv ;;
        *) compadd -- --help --with --config --store --from --to --format ;;
      esac ;;
    'glasswatch store')
      case $previous in
        *) compadd -- check backup migrate --help ;;
      esac ;;
    'glasswatch store check')
      case $previous in
        --config) _files ;;
        --store) : ;;
        *) compadd -- --help --config --store ;;
      esac ;;
    'glasswatch store backup')
      case $previous in
        --config) _files ;;
        --store) : ;;
        *) if [[ $current == -* ]]; then compadd -- --help --config --store; else _files; fi ;;
      esac ;;
    'glasswatch store migrate')
      case $previous in
        --config) _files ;;
        --store) : ;;
        *) compadd -- --help --config --store ;;
      esac ;;
    'glasswatch config')
      case $previous in
        *) compadd -- check render example schema --help ;;
      esac ;;
    'glasswatch config check')
      case $previous in
        --sample) _files ;;
        --deployed) _files ;;
        --name-prefix) : ;;
        *) if [[ $current == -* ]]; then compadd -- --help --sample --deployed --name-prefix; else _files; fi ;;
      esac ;;
    'glasswatch config render')
      case $previous in
        --for) compadd -- cloudwatch-filter eventbridge ;;
        --config) _files ;;
        --watch) : ;;
        --part) : ;;
        *) compadd -- --help --for --config --watch --part ;;
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
