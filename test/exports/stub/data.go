package main

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

type (
	callerIdentity struct{}
	oidcProvider   struct{}
	roleData       struct{}
)

func told(names ...string) map[string]schema.Attribute {
	all := map[string]schema.Attribute{}
	for _, name := range names {
		all[name] = schema.StringAttribute{Computed: true}
	}
	return all
}

// set fills a state.
func set(ctx context.Context, s *tfsdk.State, d *diag.Diagnostics, values map[string]any) {
	for name, value := range values {
		d.Append(s.SetAttribute(ctx, path.Root(name), value)...)
	}
}

func (callerIdentity) Metadata(_ context.Context, _ datasource.MetadataRequest, r *datasource.MetadataResponse) {
	r.TypeName = "aws_caller_identity"
}

func (callerIdentity) Schema(_ context.Context, _ datasource.SchemaRequest, r *datasource.SchemaResponse) {
	r.Schema = schema.Schema{Attributes: told("account_id", "arn", "id", "user_id")}
}

func (callerIdentity) Read(ctx context.Context, _ datasource.ReadRequest, r *datasource.ReadResponse) {
	a, err := account()
	if err != nil {
		r.Diagnostics.AddError("read the account", err.Error())
		return
	}
	set(ctx, &r.State, &r.Diagnostics, map[string]any{"account_id": a.ID, "arn": "arn:aws:iam::" + a.ID + ":user/u", "id": a.ID, "user_id": "u"})
}

func (oidcProvider) Metadata(_ context.Context, _ datasource.MetadataRequest, r *datasource.MetadataResponse) {
	r.TypeName = "aws_iam_openid_connect_provider"
}

func (oidcProvider) Schema(_ context.Context, _ datasource.SchemaRequest, r *datasource.SchemaResponse) {
	all := told("id")
	all["arn"] = schema.StringAttribute{Optional: true, Computed: true}
	all["url"] = schema.StringAttribute{Optional: true, Computed: true}
	all["client_id_list"] = schema.ListAttribute{Computed: true, ElementType: types.StringType}
	r.Schema = schema.Schema{Attributes: all}
}

func (oidcProvider) Read(ctx context.Context, q datasource.ReadRequest, r *datasource.ReadResponse) {
	var url string
	r.Diagnostics.Append(q.Config.GetAttribute(ctx, path.Root("url"), &url)...)
	a, err := account()
	if err != nil || a.Provider != url {
		r.Diagnostics.AddError("find an IAM OIDC provider", "none has the URL "+url)
		return
	}
	arn := "arn:aws:iam::" + a.ID + ":oidc-provider/" + strings.TrimPrefix(url, "https://")
	set(ctx, &r.State, &r.Diagnostics, map[string]any{"id": arn, "arn": arn, "url": strings.TrimPrefix(url, "https://"), "client_id_list": a.Audiences})
}

func (roleData) Metadata(_ context.Context, _ datasource.MetadataRequest, r *datasource.MetadataResponse) {
	r.TypeName = "aws_iam_role"
}

func (roleData) Schema(_ context.Context, _ datasource.SchemaRequest, r *datasource.SchemaResponse) {
	all := told("arn", "assume_role_policy", "path", "id")
	all["name"] = schema.StringAttribute{Required: true}
	r.Schema = schema.Schema{Attributes: all}
}

func (roleData) Read(ctx context.Context, q datasource.ReadRequest, r *datasource.ReadResponse) {
	var name string
	r.Diagnostics.Append(q.Config.GetAttribute(ctx, path.Root("name"), &name)...)
	a, err := account()
	role, ok := a.Roles[name]
	if err != nil || !ok {
		r.Diagnostics.AddError("read role "+name, "it is not there")
		return
	}
	set(ctx, &r.State, &r.Diagnostics, map[string]any{"id": name, "name": name, "path": role.Path, "assume_role_policy": role.Trust, "arn": "arn:aws:iam::" + a.ID + ":role" + role.Path + name})
}
