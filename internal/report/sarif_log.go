package report

// The part of SARIF 2.1.0 that is written here, by hand: it is small, and the
// libraries for it bring hundreds of fields and validate none of what GitHub
// asks for. A test checks the output against the schema.
// https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html

type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool        sarifTool         `json:"tool"`
	Invocations []sarifInvocation `json:"invocations"`
	Results     []sarifResult     `json:"results"`
	Properties  *sarifRunBag      `json:"properties,omitempty"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name    string      `json:"name"`
	Version string      `json:"version,omitempty"`
	Rules   []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID               string        `json:"id"`
	Name             string        `json:"name"`
	ShortDescription sarifText     `json:"shortDescription"`
	FullDescription  sarifText     `json:"fullDescription"`
	Help             sarifMarkdown `json:"help"`
	Default          sarifDefault  `json:"defaultConfiguration"`
	Properties       sarifRuleBag  `json:"properties"`
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifMarkdown struct {
	Text     string `json:"text"`
	Markdown string `json:"markdown"`
}

type sarifDefault struct {
	Level string `json:"level"`
}

type sarifRuleBag struct {
	Tags             []string `json:"tags"`
	Precision        string   `json:"precision"`
	SecuritySeverity string   `json:"security-severity"`
}

type sarifInvocation struct {
	ExecutionSuccessful bool                `json:"executionSuccessful"`
	EndTimeUTC          string              `json:"endTimeUtc,omitempty"`
	Execution           []sarifNotification `json:"toolExecutionNotifications"`
	Configuration       []sarifNotification `json:"toolConfigurationNotifications"`
}

type sarifNotification struct {
	Level     string          `json:"level"`
	Message   sarifText       `json:"message"`
	Locations []sarifLocation `json:"locations,omitempty"`
}

type sarifResult struct {
	RuleID              string            `json:"ruleId"`
	RuleIndex           int               `json:"ruleIndex"`
	Kind                string            `json:"kind"`
	Level               string            `json:"level"`
	Message             sarifText         `json:"message"`
	BaselineState       string            `json:"baselineState,omitempty"` // 3.27.24: new or unchanged
	Suppressions        *[]sarifSuppress  `json:"suppressions,omitempty"`  // 3.27.23: of all results of a run, or of none
	Locations           []sarifLocation   `json:"locations"`
	PartialFingerprints sarifFingerprints `json:"partialFingerprints"`
	Properties          sarifResultBag    `json:"properties"`
}

type sarifLocation struct {
	Physical sarifPhysical  `json:"physicalLocation"`
	Logical  []sarifLogical `json:"logicalLocations,omitempty"`
}

type sarifPhysical struct {
	Artifact sarifArtifact `json:"artifactLocation"`
	Region   sarifRegion   `json:"region"`
}

type sarifArtifact struct {
	URI string `json:"uri"`
}

type sarifRegion struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn"`
	EndLine     int `json:"endLine"`
	EndColumn   int `json:"endColumn"`
}

type sarifLogical struct {
	Name               string `json:"name"`
	FullyQualifiedName string `json:"fullyQualifiedName"`
	Kind               string `json:"kind"`
}

// sarifFingerprints: GitHub tells results apart by primaryLocationLineHash
// alone. Its uploader computes one from the file where there is none, which
// cannot be done for a live object and changes with the lines around.
type sarifFingerprints struct {
	Podpass string `json:"podpass/v1"`
	GitHub  string `json:"primaryLocationLineHash"`
}

type sarifResultBag struct {
	Severity  string `json:"severity"`
	Status    string `json:"status,omitempty"`
	Verdict   string `json:"verdict,omitempty"` // of a trust policy: too wide, dead …
	Witness   string `json:"witness,omitempty"` // whom it lets in
	ManagedBy string `json:"managedBy,omitempty"`
	Fix       string `json:"fix,omitempty"`
	// KeyIDs are whole: who rotates a key looks it up by its id.
	KeyIDs []string `json:"keyIds,omitempty"`
}

// sarifSuppress: a waiver lies outside of the code that it is on (3.35).
type sarifSuppress struct {
	Kind          string `json:"kind"`
	Status        string `json:"status"`
	Justification string `json:"justification"`
}

// sarifRunBag carries what SARIF has no place for.
type sarifRunBag struct {
	Benchmark string        `json:"benchmark"`
	Scope     string        `json:"scope"`
	Verdicts  sarifVerdicts `json:"verdicts"`
	LeftOut   int           `json:"resultsLeftOut"`

	Waivers  *sarifWaivers  `json:"waivers,omitempty"`
	Baseline *sarifBaseline `json:"baseline,omitempty"`
}

type sarifWaivers struct {
	File    string `json:"file"`
	Applied int    `json:"applied"`
	Expired int    `json:"expired"`
	Unused  int    `json:"unused"`
}

type sarifBaseline struct {
	File         string `json:"file"`
	New          int    `json:"new"`
	Unchanged    int    `json:"unchanged"`
	Fixed        int    `json:"fixed"`
	NotEvaluated int    `json:"notEvaluated"`
}

type sarifVerdicts struct {
	CISAudit  sarifVerdict `json:"cisAudit"`
	CISIntent sarifVerdict `json:"cisIntent"`
}

type sarifVerdict struct {
	Status     string           `json:"status"`
	Reasons    []string         `json:"reasons"`
	Namespaces []sarifNamespace `json:"namespaces"`
}

type sarifNamespace struct {
	Name   string `json:"name"`
	Status string `json:"status"`
}
