// Completion scripts, made from the same table as --help.
//
// Every word in the scripts is one of ours: nothing is quoted for the shell beyond what descriptions need.
#include "app/cli.h"

namespace gw::app {
namespace {

using Command = CommandDescription;

// The option whose words may stand in a list with commas.
constexpr std::string_view kListOption = "--mechanism";

bool is_word_list(const std::string& values) { return values.find('|') != std::string::npos; }

std::string spaced(std::string values) {
  for (char& c : values) {
    if (c == '|') c = ' ';
  }
  return values;
}

void append_word(std::string& out, std::string_view word) {
  if (!out.empty()) out.push_back(' ');
  out += word;
}

// What may stand behind `command` besides a value: its commands and options.
std::string words_of(const Command& command) {
  std::string out;
  for (const Command& c : command.commands) append_word(out, c.name);
  if (is_word_list(command.argument)) append_word(out, spaced(command.argument));
  for (const Command::Option& o : command.options) append_word(out, o.name);
  return out;
}

// The commands that have commands of their own.
std::string parents_of(const Command& program) {
  std::string out;
  for (const Command& c : program.commands) {
    if (!c.commands.empty()) append_word(out, c.name);
  }
  return out;
}

// One arm of the case on the path of commands: the options whose value is known, then the words.
void bash_arm(std::string& out, const Command& command, const std::string& path) {
  out += "    '" + path + "')\n      case $previous in\n";
  for (const Command::Option& o : command.options) {
    if (o.values.empty()) continue;
    out += "        " + o.name + ") ";
    if (is_word_list(o.values)) {
      out += "words='" + spaced(o.values) + "'";
    } else if (o.values == "FILE") {
      out += "files=1";
    }
    out += " ;;\n";
  }
  out += "        *) words='" + words_of(command) + "'";
  if (command.argument == "FILE") out += "; [[ $current == -* ]] || files=1";
  out += " ;;\n      esac ;;\n";
  for (const Command& c : command.commands) bash_arm(out, c, path + " " + c.name);
}

std::string bash_script(const Command& program) {
  std::string out = "# bash completion for " + program.name + "\n_" + program.name + R"(() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} path=)" +
                    program.name + R"( words='' files='' prefix='' i
  for ((i = 1; i < COMP_CWORD && i < 3; i++)); do
    [[ ${COMP_WORDS[i]} == -* || ($i == 2 && " )" +
                    parents_of(program) + R"( " != *" ${COMP_WORDS[1]} "*) ]] && break
    path+=" ${COMP_WORDS[i]}"
  done
  case $path in
)";
  bash_arm(out, program, program.name);
  out += R"(  esac
  # Lists: what stands before the last comma is kept.
  if [[ $previous == )" +
         std::string(kListOption) + R"( && $current == *,* ]]; then
    prefix=${current%,*},
    current=${current##*,}
  fi
  if [[ -n $files ]]; then
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  else
    mapfile -t COMPREPLY < <(compgen -P "$prefix" -W "$words" -- "$current")
  fi
}
complete -o filenames -o bashdefault -F _)" +
         program.name + " " + program.name + "\n";
  return out;
}

std::string fish_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out + "'";
}

void fish_lines(std::string& out, const Command& program, const Command& command, const std::string& condition) {
  const std::string begin = "complete -c " + program.name + " -n " + fish_quoted(condition);
  for (const Command& c : command.commands) out += begin + " -f -a " + c.name + " -d " + fish_quoted(c.help) + "\n";
  if (is_word_list(command.argument)) out += begin + " -f -a " + fish_quoted(spaced(command.argument)) + "\n";
  for (const Command::Option& o : command.options) {
    out += begin + " -l " + o.name.substr(2);
    if (is_word_list(o.values)) {
      out += " -x -a " + fish_quoted(spaced(o.values));
    } else if (!o.values.empty()) {
      out += o.values == "FILE" ? " -r -F" : " -x";
    }
    out += " -d " + fish_quoted(o.help) + "\n";
  }
}

std::string fish_script(const Command& program) {
  std::string out = "# fish completion for " + program.name + "\n";
  fish_lines(out, program, program, "__fish_use_subcommand");
  for (const Command& c : program.commands) {
    std::string condition = "__fish_seen_subcommand_from " + c.name;
    std::string children;
    for (const Command& child : c.commands) {
      append_word(children, child.name);
      fish_lines(out, program, child, condition + "; and __fish_seen_subcommand_from " + child.name);
    }
    if (!children.empty()) condition += "; and not __fish_seen_subcommand_from " + children;
    fish_lines(out, program, c, condition);
  }
  return out;
}

void zsh_arm(std::string& out, const Command& command, const std::string& path) {
  out += "    '" + path + "')\n      case $previous in\n";
  for (const Command::Option& o : command.options) {
    if (o.values.empty()) continue;
    out += "        " + o.name + ") ";
    if (is_word_list(o.values)) {
      if (o.name == kListOption) out += "compset -P '*,'; ";
      out += "compadd -- " + spaced(o.values);
    } else {
      out += o.values == "FILE" ? "_files" : ":";
    }
    out += " ;;\n";
  }
  const std::string words = "compadd -- " + words_of(command);
  out += "        *) " +
         (command.argument == "FILE" ? "if [[ $current == -* ]]; then " + words + "; else _files; fi" : words) +
         " ;;\n      esac ;;\n";
  for (const Command& c : command.commands) zsh_arm(out, c, path + " " + c.name);
}

std::string zsh_script(const Command& program) {
  const std::string function = "_" + program.name;
  std::string out = "#compdef " + program.name + "\n# zsh completion for " + program.name + "\n" + function + R"(() {
  local previous=$words[CURRENT-1] current=$words[CURRENT] key=)" +
                    program.name + R"(
  (( CURRENT > 2 )) && key+=" $words[2]"
  (( CURRENT > 3 )) && [[ " )" +
                    parents_of(program) + R"( " == *" $words[2] "* ]] && key+=" $words[3]"
  case $key in
)";
  zsh_arm(out, program, program.name);
  // Read from $fpath, the file is the function's body; sourced, it has to say whose completion it is.
  out += "  esac\n}\nif [[ $funcstack[1] == " + function + " ]]; then\n  " + function + " \"$@\"\nelse\n  compdef " +
         function + " " + program.name + "\nfi\n";
  return out;
}

}  // namespace

std::string completion_script(const CommandDescription& program, std::string_view shell) {
  if (shell == "bash") return bash_script(program);
  if (shell == "zsh") return zsh_script(program);
  if (shell == "fish") return fish_script(program);
  return {};
}

}  // namespace gw::app
