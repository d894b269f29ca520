package manifest

// traps gives what happens to each file of the index.
func traps() map[string][]trap {
	table := map[string][]trap{}
	for _, part := range []map[string][]trap{insertTraps(), annotationTraps(), envTraps(), scalarTraps(), documentTraps(), jsonTraps(), refusedTraps()} {
		for file, cases := range part {
			table[file] = cases
		}
	}
	return table
}

func insertTraps() map[string][]trap {
	return map[string][]trap{
		"insert-01-list-at-key-column.yaml":              {one(name(0, deploy))},
		"insert-02-list-indented-4.yaml":                 {one(name(0, deploy))},
		"insert-03-flow-podspec.yaml":                    {one(name(0, pod))},
		"insert-04-flow-multiline-comment.yaml":          {one(name(0, pod))},
		"insert-05-flow-empty-podtemplate-metadata.yaml": {one(annotate(0, "spec", "template"))},
		"insert-06-anchor-on-podspec-unused.yaml":        {one(name(0, pod))},
		"insert-07-tag-on-podspec.yaml":                  {one(name(0, pod))},
		"insert-08-root-first-key-on-dash.yaml":          {one(automount(0, "items", 0))},
		"insert-09-single-key-mapping-on-dash.yaml":      {one(automount(0, "items", 0))},
		"insert-10-license-header.yaml":                  {one(automount(0))},
		"insert-11-header-then-dashes.yaml":              {one(automount(0))},
		"insert-12-podspec-null.yaml":                    {one()},
		"insert-13-field-present-null.yaml":              {one(name(0, pod), automount(0, "spec"))},
		"insert-14-legacy-serviceAccount-field.yaml":     {one(Set(0, Path{"spec", "serviceAccount"}, "app-sa"), name(0, pod))},
		"insert-15-quoted-keys.yaml":                     {one(name(0, pod))},
		"insert-16-complex-key.yaml":                     {refused("a key is written with", 4, name(0, pod))},
		"insert-17-document-indented.yaml":               {one(name(0, pod))},
		"insert-18-value-on-next-line.yaml":              {one(Insert(0, nil, "automountServiceAccountToken", false).At(After, "kind"))},
		"list-01-kind-list.yaml": {
			one(name(0, Path{"items", 0, "spec"}), name(0, Path{"items", 1, "spec", "jobTemplate", "spec", "template", "spec"}), annotate(0, "items", 0)),
			one(AddDocument(0, Before, account)),
		},
		"allow-01-braces-that-are-no-template.yaml": {one(annotate(0))},
	}
}

func annotationTraps() map[string][]trap {
	return map[string][]trap{
		"annot-01-absent.yaml":            {one(annotate(0))},
		"annot-02-present.yaml":           {one(annotate(0))},
		"annot-03-empty-flow.yaml":        {one(annotate(0))},
		"annot-04-null-with-comment.yaml": {one(annotate(0))},
		"annot-05-tilde.yaml":             {one(annotate(0))},
		"annot-06-flow-parent.yaml":       {one(annotate(0))},
		"annot-07-flow-parent-null.yaml":  {one(annotate(0))},
		"annot-08-alias.yaml":             {refused("line 14 uses the same value", 8, annotate(0, "items", 0)), refused("alias of the one on line 8", 14, annotate(0, "items", 1))},
		"annot-09-merge-inside.yaml":      {one(annotate(0, "items", 0))},
		"anchor-01-podspec-shared.yaml":   {refused("line 13 uses", 7, name(0, Path{"items", 0, "spec"})), refused("line 7", 13, name(0, Path{"items", 1, "spec"}))},
		"anchor-02-podspec-merge.yaml": {
			one(name(0, Path{"items", 1, "spec"})),
			refused("line 15 uses", 7, Set(0, Path{"items", 0, "spec", "serviceAccountName"}, "app-sa")),
			refused("comes by a merge key", 15, Set(0, Path{"items", 1, "spec", "serviceAccountName"}, "app-sa")),
		},
		"anchor-07-merge-after.yaml": {
			refused("a second time", 16, Set(0, Path{"items", 1, "spec", "serviceAccountName"}, "app-sa")),
			refused("a second time", 16, Delete(0, Path{"items", 1, "spec", "serviceAccountName"})),
			one(Set(0, Path{"items", 1, "spec", "restartPolicy"}, "Always")),
		},
		"anchor-03-env-alias.yaml": {
			refused("line 16 uses", 9, drop(0, Named("AWS_ACCESS_KEY_ID"))...),
			refused("alias of the one on line 9", 16, drop(1, Named("AWS_ACCESS_KEY_ID"))...),
		},
		"anchor-04-anchor-inside-deleted-item.yaml": {
			one(drop(0, Named("OTHER_KEY"))...),
			refused("uses a part of it", 10, drop(0, Named("AWS_ACCESS_KEY_ID"))...),
		},
		"anchor-05-item-is-alias.yaml": {
			one(drop(1, Named("AWS_ACCESS_KEY_ID"))...),
			refused("uses a part of it", 10, drop(0, Named("AWS_ACCESS_KEY_ID"))...),
		},
		"anchor-06-anchor-with-comment-newline.yaml": {one(image(0, "nginx:1.28"))},
	}
}

func envTraps() map[string][]trap {
	const id = Named("AWS_ACCESS_KEY_ID")
	return map[string][]trap{
		"env-01-comment-above-one-item.yaml":          {one(drop(0, id)...)},
		"env-02-comment-heads-a-group.yaml":           {one(drop(0, id)...)},
		"env-03-only-item.yaml":                       {one(drop(0, id)...), one(drop(0, id)[0].LeaveEmpty())},
		"env-04-env-key-on-dash.yaml":                 {one(drop(0, id)...)},
		"env-05-last-in-file-no-newline.yaml":         {one(drop(0, id)...)},
		"env-06-flow-list.yaml":                       {one(drop(0, id, Named("AWS_SECRET_ACCESS_KEY"))...)},
		"env-07-dash-alone.yaml":                      {one(drop(0, id)...)},
		"env-08-commented-out-item-between.yaml":      {one(drop(0, id)...)},
		"env-09-quoted-continuation-at-column-0.yaml": {one(drop(0, Named("AWS_SECRET_ACCESS_KEY"))...)},
		"env-10-literal-looks-like-yaml.yaml":         {one(drop(0, Named("AWS_CONFIG"))...)},
		"env-11-literal-explicit-indent.yaml":         {one(drop(0, Named("AWS_CONFIG"))...)},
		"env-12-plain-multiline.yaml":                 {one(drop(0, Named("AWS_CONFIG"))...)},
		"env-13-adjacent-deletes.yaml":                {one(drop(0, id, Named("AWS_SECRET_ACCESS_KEY"), Named("AWS_SESSION_TOKEN"))...)},
		"env-14-env-is-last-key-dedent-comment.yaml":  {one(drop(0, id)...)},
		"env-15-name-only-null-value.yaml":            {one(drop(0, id)...), one(drop(0, Named("AWS_SECRET_ACCESS_KEY"))...), one(drop(0, Named("LOG"))...), one(drop(0, id, Named("AWS_SECRET_ACCESS_KEY"), Named("LOG"))...)},
		"env-16-nested-dashes.yaml":                   {one()},
	}
}

func scalarTraps() map[string][]trap {
	return map[string][]trap{
		"scalar-01-trailing-comment.yaml":       {one(image(0, "nginx:1.28"), image(1, "nginx:1.28"), image(2, "nginx:1.28"), image(3, "nginx:1.28"), image(4, "nginx:1.28"))},
		"scalar-02-tabs.yaml":                   {one(image(0, "nginx:1.28"))},
		"scalar-03-multibyte-before.yaml":       {one(image(0, "nginx:1.28"))},
		"scalar-04-nel-ls-ps.yaml":              {refused("it is no YAML", 4)},
		"scalar-05-nel-ls-in-quotes.yaml":       {one(image(0, "nginx:1.28"))},
		"scalar-06-names-that-need-quotes.yaml": {one(namesThatNeedQuotes()...)},
		"scalar-07-yaml11-values.yaml":          {one(annotate(0))},
		"scalar-08-quoted-bool.yaml":            {one(Set(0, Path{"spec", "automountServiceAccountToken"}, false))},
		"scalar-09-block-scalar-value.yaml":     {one(Set(0, Path{"spec", "serviceAccountName"}, "app-sa"))},
		"scalar-10-long-lines.yaml":             {one(annotate(0))},
		"scalar-11-escapes.yaml":                {one(annotate(0))},
	}
}

func namesThatNeedQuotes() []Edit {
	var edits []Edit
	for i, name := range []string{"123", "1e3", "on", "null", "0x1f"} {
		edits = append(edits, Insert(0, Path{"items", i, "metadata"}, "namespace", name))
		edits = append(edits, Append(0, Path{"more"}, name))
	}
	return edits
}

func documentTraps() map[string][]trap {
	last := one(AddDocument(0, After, account))
	return map[string][]trap{
		"doc-01-no-final-newline.yaml":                     {last},
		"doc-02-ends-with-separator.yaml":                  {one(AddDocument(1, After, account))},
		"doc-03-ends-with-separator-and-comment.yaml":      {one(AddDocument(1, After, account))},
		"doc-04-ends-with-dots.yaml":                       {last},
		"doc-05-literal-last-no-newline.yaml":              {refused("would gain one", 7, AddDocument(0, After, account))},
		"doc-06-literal-keep-last.yaml":                    {last},
		"doc-07-literal-contains-separator.yaml":           {one(annotate(0)), last},
		"doc-08-crlf.yaml":                                 {one(name(0, pod), annotate(0), Delete(0, Path{"spec", "containers", 0, "env", Named("AWS_ACCESS_KEY_ID")}), AddDocument(0, After, account)), one(AddDocument(0, Before, account))},
		"doc-09-bom.yaml":                                  {one(name(0, pod), automount(0), AddDocument(0, After, account))},
		"doc-10-bom-in-second-document.yaml":               {one(annotate(0)), refused("byte order mark", 6, annotate(1))},
		"doc-11-mixed-eol.yaml":                            {one(annotate(0)), one(Insert(0, Path{"metadata"}, "namespace", "shop").At(After, "name"))},
		"doc-12-cr-only.yaml":                              {refused("CR alone", 1)},
		"doc-13-utf16.yaml":                                {refused("UTF-16", 1)},
		"doc-14-directive.yaml":                            {last},
		"doc-15-empty-documents.yaml":                      {one(AddDocument(3, After, account))},
		"doc-16-content-on-separator-line.yaml":            {one(annotate(0), annotate(1))},
		"doc-17-trailing-spaces-and-blank-lines.yaml":      {one(annotate(0), automount(0))},
		"doc-18-duplicate-key.yaml":                        {refused("second time", 7, name(0, pod))},
		"doc-19-invalid-utf8.yaml":                         {refused("not UTF-8", 4)},
		"doc-20-tab-indent.yaml":                           {refused("it is no YAML", 4)},
		"doc-21-comment-between-blocks-and-separator.yaml": {one(AddDocument(1, After, account)), last, one(AddDocument(1, Before, account))},
	}
}

func jsonTraps() map[string][]trap {
	both := one(name(0, pod), Delete(0, Path{"spec", "containers", 0, "env", Named("AWS_ACCESS_KEY_ID")}), annotate(0))
	return map[string][]trap{
		"json-01-indent-4.json":           {both, refused("a file of JSON holds one object", 1, AddDocument(0, After, account))},
		"json-02-tabs.json":               {both},
		"json-03-minified.json":           {both},
		"json-04-crlf.json":               {both},
		"json-05-space-before-colon.json": {one(annotate(0))},
		"json-06-list.json":               {one(name(0, Path{"items", 0, "spec"}), Delete(0, Path{"items", 0, "spec", "containers", 0, "env", Named("AWS_ACCESS_KEY_ID")}), AddDocument(0, After, account))},
		"json-07-stream.json":             {refused("something follows its JSON value", 2)},
		"json-08-slash-escape.json":       {one(annotate(0))},
		"json-09-surrogates.json":         {one(annotate(0))},
		"json-10-json-inside-yaml.yaml":   {one(name(0, pod), annotate(1))},
	}
}

func refusedTraps() map[string][]trap {
	return map[string][]trap{
		"refuse-01-helm-template.yaml":             {refused("render templates first", 5)},
		"refuse-02-helm-template-that-parses.yaml": {refused("template that is not rendered", 4, name(0, pod))},
		"refuse-03-helm-template-in-quotes.yaml":   {refused("template that is not rendered", 1, name(0, pod)), refused("not rendered", 1, AddDocument(0, After, account))},
		"refuse-04-kustomize-patch.yaml":           {refused("$patch", 12, name(0, deploy))},
		"refuse-05-partial-workload.yaml":          {refused("without an image", 1, name(0, deploy))},
		"refuse-06-json-patch.yaml":                {one(), refused("no mapping stands", 1, annotate(0))},
		"refuse-07-kustomization.yaml":             {refused("edit the files that it lists", 1, annotate(0))},
		"refuse-08-generated.yaml":                 {refused("generated", 1, name(0, pod)), refused("generated", 1, AddDocument(0, After, account))},
		"refuse-09-helm-rendered.yaml":             {refused("generated", 2, name(0, pod))},
		"refuse-10-sops.yaml":                      {refused("sops", 7, annotate(0))},
		"refuse-11-envsubst.yaml":                  {refused("filled in later", 6, Set(0, Path{"spec", "serviceAccountName"}, "app-sa"))},
		"refuse-12-jsonnet.jsonnet":                {refused("it is no YAML", 3)},
		"refuse-13-live-object.yaml":               {refused("live object", 1, name(0, pod))},
	}
}
