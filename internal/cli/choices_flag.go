package cli

import (
	"github.com/spf13/cobra"

	"podpass/internal/plan"
	"podpass/internal/snapshot"
)

type choicesFlag struct{}

func (choicesFlag) flags(*cobra.Command) {}

func (choicesFlag) load(*app, *snapshot.Snapshot) (*plan.Choices, error) { return nil, nil }
