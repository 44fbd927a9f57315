import { Argument, type Command } from "commander";

export function addCompletionCommand(program: Command): void {
  program
    .command("completion")
    .description("print a completion script for your shell")
    .addArgument(new Argument("<shell>").choices(["bash", "zsh", "fish"]))
    .addHelpText(
      "after",
      "\nExample:\n  holdfast completion bash > ~/.local/share/bash-completion/completions/holdfast",
    )
    .action((shell: string) => {
      const commands = program.commands.map((command) => ({
        name: command.name(),
        says: command.description(),
        options: command.options.map((option) => option.long ?? option.short ?? ""),
      }));
      console.log(shell === "fish" ? fish(commands) : bash(commands, shell === "zsh"));
    });
}

type Commands = readonly { name: string; says: string; options: readonly string[] }[];

function bash(commands: Commands, isZsh: boolean): string {
  const cases = commands.map(
    ({ name, options }) => `    ${name}) words="${options.join(" ")} --help" ;;`,
  );
  return `${isZsh ? "autoload -U +X bashcompinit && bashcompinit\n" : ""}_holdfast() {
  local current="\${COMP_WORDS[COMP_CWORD]}" command="" words="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) command="$word"; break ;; esac
  done
  case "$command" in
    "") words="${commands.map(({ name }) => name).join(" ")} --home --json --passphrase-file --help" ;;
${cases.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [ \${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "$current"))
}
complete -F _holdfast holdfast`;
}

function fish(commands: Commands): string {
  const quote = (text: string): string => `'${text.replaceAll("'", "\\'")}'`;
  return commands
    .flatMap(({ name, says, options }) => [
      `complete -c holdfast -n __fish_use_subcommand -a ${name} -d ${quote(says)}`,
      ...options
        .filter((o) => o.startsWith("--"))
        .map(
          (o) => `complete -c holdfast -n '__fish_seen_subcommand_from ${name}' -l ${o.slice(2)}`,
        ),
    ])
    .join("\n");
}
