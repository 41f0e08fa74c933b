package docs

import (
	"regexp"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2/caddyconfig"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	_ "github.com/caddyserver/caddy/v2/modules/standard"

	_ "github.com/caddy-wechatpay/caddy-wechatpay/caddymodule"
	_ "github.com/caddy-wechatpay/caddy-wechatpay/caddymodule/dedupe/redis"
)

var caddyfileBlock = regexp.MustCompile("(?ms)^```caddyfile\n(.*?)^```$")

// Every Caddyfile in the documentation is one, and looks as caddy fmt would have it.
func TestCaddyfiles(t *testing.T) {
	count := 0
	for path, text := range pages(t) {
		for _, block := range caddyfileBlock.FindAllStringSubmatch(text, -1) {
			count++
			config := block[1]
			if formatted := string(caddyfile.Format([]byte(config))); formatted != config {
				t.Errorf("%s: caddy fmt would write\n%s", path, formatted)
			}
			if strings.Contains(config, "exec ") {
				continue // takes another plugin
			}
			if _, _, err := caddyconfig.GetAdapter("caddyfile").Adapt([]byte(config), nil); err != nil {
				t.Errorf("%s: %v in\n%s", path, err, config)
			}
		}
	}
	if count == 0 {
		t.Error("found no Caddyfile")
	}
}
