package main

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64default"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/mapplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// kind is a kind of resource: its arguments, and those that make it anew when
// they change.
type kind struct {
	name       string
	attributes map[string]schema.Attribute
}

func anew() []planmodifier.String {
	return []planmodifier.String{stringplanmodifier.RequiresReplace()}
}

func kept() []planmodifier.String {
	return []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
}

func needed(fresh bool) schema.Attribute {
	if fresh {
		return schema.StringAttribute{Required: true, PlanModifiers: anew()}
	}
	return schema.StringAttribute{Required: true}
}

func computed() schema.Attribute {
	return schema.StringAttribute{Computed: true, PlanModifiers: kept()}
}

func kinds() []kind {
	texts := types.StringType
	return []kind{
		{"aws_iam_role", map[string]schema.Attribute{
			"name":                 schema.StringAttribute{Optional: true, Computed: true, PlanModifiers: anew()},
			"path":                 schema.StringAttribute{Optional: true, Computed: true, Default: stringdefault.StaticString("/"), PlanModifiers: anew()},
			"assume_role_policy":   needed(false),
			"description":          schema.StringAttribute{Optional: true},
			"max_session_duration": schema.Int64Attribute{Optional: true, Computed: true, Default: int64default.StaticInt64(3600)},
			"permissions_boundary": schema.StringAttribute{Optional: true},
			"tags":                 schema.MapAttribute{Optional: true, ElementType: texts},
			"tags_all":             schema.MapAttribute{Optional: true, Computed: true, ElementType: texts, PlanModifiers: []planmodifier.Map{mapplanmodifier.UseStateForUnknown()}},
			"arn":                  computed(), "id": computed(), "unique_id": computed(), "create_date": computed(),
		}},
		{"aws_iam_role_policy_attachment", map[string]schema.Attribute{"role": needed(true), "policy_arn": needed(true), "id": computed()}},
		{"aws_iam_role_policy", map[string]schema.Attribute{
			"role": needed(true), "policy": needed(false), "id": computed(),
			"name": schema.StringAttribute{Optional: true, Computed: true, PlanModifiers: anew()},
		}},
		{"aws_eks_pod_identity_association", map[string]schema.Attribute{
			"cluster_name": needed(true), "namespace": needed(true), "service_account": needed(true), "role_arn": needed(false),
			"region":               schema.StringAttribute{Optional: true, Computed: true, PlanModifiers: anew()},
			"disable_session_tags": schema.BoolAttribute{Optional: true, Computed: true},
			"target_role_arn":      schema.StringAttribute{Optional: true},
			"tags":                 schema.MapAttribute{Optional: true, ElementType: texts},
			"association_arn":      computed(), "association_id": computed(), "id": computed(),
		}},
	}
}

func (k kind) Metadata(_ context.Context, _ resource.MetadataRequest, r *resource.MetadataResponse) {
	r.TypeName = k.name
}

func (k kind) Schema(_ context.Context, _ resource.SchemaRequest, r *resource.SchemaResponse) {
	r.Schema = schema.Schema{Attributes: k.attributes}
}

var errPlansAlone = errors.New("the stub plans, and changes nothing")

func (k kind) Create(_ context.Context, _ resource.CreateRequest, r *resource.CreateResponse) {
	r.Diagnostics.AddError("create", errPlansAlone.Error())
}

func (k kind) Update(_ context.Context, _ resource.UpdateRequest, r *resource.UpdateResponse) {
	r.Diagnostics.AddError("update", errPlansAlone.Error())
}

func (k kind) Delete(_ context.Context, _ resource.DeleteRequest, r *resource.DeleteResponse) {
	r.Diagnostics.AddError("delete", errPlansAlone.Error())
}

func (k kind) ImportState(ctx context.Context, q resource.ImportStateRequest, r *resource.ImportStateResponse) {
	resource.ImportStatePassthroughID(ctx, path.Root("id"), q, r)
}

// Read gives a role as it is in AWS.
func (k kind) Read(ctx context.Context, q resource.ReadRequest, r *resource.ReadResponse) {
	var id string
	r.Diagnostics.Append(q.State.GetAttribute(ctx, path.Root("id"), &id)...)
	a, err := account()
	role, ok := a.Roles[id]
	if err != nil || !ok || k.name != "aws_iam_role" {
		r.Diagnostics.AddError("read "+id, "it is not there")
		return
	}
	for name, value := range map[string]any{
		"name": id, "path": role.Path, "assume_role_policy": role.Trust, "description": role.Description, "max_session_duration": role.Session,
		"permissions_boundary": role.Boundary, "tags": role.Tags, "tags_all": role.Tags, "arn": "arn:aws:iam::" + a.ID + ":role" + role.Path + id,
		"unique_id": "AROA" + id, "create_date": "2020-01-01T00:00:00Z",
	} {
		r.Diagnostics.Append(r.State.SetAttribute(ctx, path.Root(name), value)...)
	}
}
