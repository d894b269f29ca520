// Stub is a provider for Terraform that stands in for AWS's: it has the resources
// that podpass writes, with the arguments of the real ones, and an AWS account
// that is a JSON file. So Terraform plans an export offline.
//
// Schemas are those of hashicorp/aws 6.25, as far as they bear on a plan. It
// changes nothing anywhere.
package main

import (
	"context"
	"encoding/json"
	"log"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// Account is what there is in AWS; the environment variable names its file.
type Account struct {
	ID        string          `json:"id"`
	Provider  string          `json:"provider"` // URL of the OIDC provider; empty: none
	Audiences []string        `json:"audiences"`
	Roles     map[string]Role `json:"roles"`
}

// Role is one that exists.
type Role struct {
	Path        string            `json:"path"`
	Trust       string            `json:"trust"`
	Description string            `json:"description"`
	Boundary    string            `json:"boundary"`
	Session     int64             `json:"session"`
	Tags        map[string]string `json:"tags"`
}

// Variable names the file with the Account.
const Variable = "PODPASS_STUB_ACCOUNT"

func account() (Account, error) {
	var a Account
	data, err := os.ReadFile(os.Getenv(Variable))
	if err != nil {
		return a, err
	}
	return a, json.Unmarshal(data, &a)
}

func main() {
	err := providerserver.Serve(context.Background(), func() provider.Provider { return stub{} }, providerserver.ServeOpts{Address: "registry.terraform.io/hashicorp/aws"})
	if err != nil {
		log.Fatal(err)
	}
}

type stub struct{}

func (stub) Metadata(_ context.Context, _ provider.MetadataRequest, r *provider.MetadataResponse) {
	r.TypeName = "aws"
}
func (stub) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse)          {}
func (stub) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {}

func (stub) Resources(context.Context) []func() resource.Resource {
	var list []func() resource.Resource
	for _, k := range kinds() {
		list = append(list, func() resource.Resource { return k })
	}
	return list
}

func (stub) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{
		func() datasource.DataSource { return callerIdentity{} },
		func() datasource.DataSource { return oidcProvider{} },
		func() datasource.DataSource { return roleData{} },
	}
}
