package cli

import (
	"fmt"

	"github.com/spf13/cobra"
)

// kubectlCompletion is the program that kubectl runs to complete a plugin; it
// must be executable, on the PATH and named kubectl_complete-podpass.
// https://kubernetes.io/docs/tasks/extend-kubectl/kubectl-plugins/
const kubectlCompletion = "#!/bin/sh\nexec kubectl podpass __complete \"$@\"\n"

func (a *app) completion() *cobra.Command {
	return &cobra.Command{
		Use:   "completion bash|zsh|fish|powershell|kubectl",
		Short: "Print the completion script of a shell, or of kubectl for the plugin",
		Example: `  source <(podpass completion bash)
  podpass completion kubectl > ~/bin/kubectl_complete-podpass && chmod +x ~/bin/kubectl_complete-podpass`,
		Args:      cobra.ExactArgs(1),
		ValidArgs: []string{"bash", "zsh", "fish", "powershell", "kubectl"},
		RunE: func(c *cobra.Command, args []string) error {
			root := c.Root()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(a.stdout, true)
			case "zsh":
				return root.GenZshCompletion(a.stdout)
			case "fish":
				return root.GenFishCompletion(a.stdout, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(a.stdout)
			case "kubectl":
				_, err := fmt.Fprint(a.stdout, kubectlCompletion)
				return err
			}
			return usagef("shell %q is not one of bash, zsh, fish, powershell, kubectl", args[0])
		},
	}
}
