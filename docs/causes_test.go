package docs

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"
)

// causeRow is a row of a table of causes: the label, what happened, and the remedy.
var causeRow = regexp.MustCompile("(?m)^\\| `([a-z0-9_]+)` \\| ([^|]+) \\| ([^|]+) \\|$")

// Every cause that explain knows has a row with its remedy, in both languages, and there is
// none that it does not know.
func TestCauses(t *testing.T) {
	known := causes(t)
	for _, page := range []string{"../docs/signature.md", "../docs/signature.zh-CN.md"} {
		rows := map[string]int{}
		for _, row := range causeRow.FindAllStringSubmatch(pages(t)[page], -1) {
			rows[row[1]]++
		}
		for _, label := range known {
			if rows[label] != 1 {
				t.Errorf("%s: the cause %s has %d rows", page, label, rows[label])
			}
			delete(rows, label)
		}
		for _, label := range slices.Sorted(maps.Keys(rows)) {
			t.Errorf("%s: explain knows no cause %s", page, label)
		}
	}
}

// causes are the labels in the texts of package diagnosis: the first of the three strings
// of each.
func causes(t *testing.T) (labels []string) {
	t.Helper()
	paths, err := filepath.Glob("../internal/diagnosis/texts_*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(node ast.Node) bool {
			if text, ok := node.(*ast.CompositeLit); ok && text.Type == nil && len(text.Elts) == 3 {
				labels = append(labels, stringOf(t, text.Elts[0]))
			}
			return true
		})
	}
	if len(labels) < 100 {
		t.Fatalf("found %d causes", len(labels))
	}
	return labels
}

func stringOf(t *testing.T, expression ast.Expr) string {
	t.Helper()
	literal, ok := expression.(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		t.Fatalf("a label is no string but %T", expression)
	}
	text, err := strconv.Unquote(literal.Value)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
