// Completion scripts. The words are those of cli.cpp; a test holds them equal to --help.
#include "app/cli.h"

namespace gw::app {
namespace {

constexpr const char* kBash = R"(# bash completion for glasswatch
_glasswatch() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} words
  case $previous in
    --format) words='table jsonl json csv' ;;
    --dedupe) words='exact window off' ;;
    --progress) words='always never auto' ;;
    --fail-on) words='info low medium high critical' ;;
    --mechanism) words='identity_center_signin identity_center_console identity_center_cli identity_center_app saml_federation web_identity assume_role switch_role iam_user_console iam_user_api root_console root_api assume_root session_token aws_login password_recovery tamper other' ;;
    --config|--accounts|--people) COMPREPLY=($(compgen -f -- "$current")); return ;;
    config) words='check example schema' ;;
    completion) words='bash zsh fish' ;;
    glasswatch) words='scan doctor config version completion --help --version' ;;
    *)
      case ${COMP_WORDS[1]} in
        scan) words='--all --watch --config --from --to --account --region --mechanism --format --accounts --people --fail-on --explain --strict --dedupe --threads --stats --progress --max-quarantined --summary --verbose --help' ;;
        doctor) words='--format --threads --progress --verbose --help' ;;
        *) words='--help' ;;
      esac
      if [[ $current != -* ]]; then COMPREPLY=($(compgen -f -- "$current")); return; fi ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o filenames -F _glasswatch glasswatch
)";

constexpr const char* kZsh = R"(#compdef glasswatch
# zsh completion for glasswatch, by way of the bash script
autoload -U +X bashcompinit && bashcompinit
source <(glasswatch completion bash)
)";

constexpr const char* kFish = R"(# fish completion for glasswatch
complete -c glasswatch -n __fish_use_subcommand -f -a 'scan doctor config version completion'
complete -c glasswatch -n '__fish_seen_subcommand_from config' -f -a 'check example schema'
complete -c glasswatch -n '__fish_seen_subcommand_from completion' -f -a 'bash zsh fish'
complete -c glasswatch -n '__fish_seen_subcommand_from scan' -l format -x -a 'table jsonl json csv'
complete -c glasswatch -n '__fish_seen_subcommand_from scan' -l dedupe -x -a 'exact window off'
complete -c glasswatch -n '__fish_seen_subcommand_from scan doctor' -l progress -x -a 'always never auto'
complete -c glasswatch -n '__fish_seen_subcommand_from scan' -l fail-on -x -a 'info low medium high critical'
complete -c glasswatch -n '__fish_seen_subcommand_from scan doctor' -l threads -x
for option in watch from to account region mechanism explain max-quarantined
  complete -c glasswatch -n '__fish_seen_subcommand_from scan' -l $option -x
end
for option in config accounts people
  complete -c glasswatch -n '__fish_seen_subcommand_from scan' -l $option -r
end
for option in all strict stats summary verbose
  complete -c glasswatch -n '__fish_seen_subcommand_from scan' -l $option
end
)";

}  // namespace

int run_completion(const std::string& shell, const Io& io) {
  return write_all(io.out, shell == "bash" ? kBash : shell == "zsh" ? kZsh : kFish) ? kDone : kOutside;
}

}  // namespace gw::app
