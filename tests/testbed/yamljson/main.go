// SPDX-License-Identifier: Apache-2.0

// Says what Kubernetes' YAML reader makes of documents: each line of standard input is one in base64, each line of the
// answer is its JSON, or "refuse".
package main

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"os"

	"sigs.k8s.io/yaml"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		bytes, err := base64.StdEncoding.DecodeString(lines.Text())
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		if json, err := yaml.YAMLToJSON(bytes); err != nil {
			fmt.Println("refuse")
		} else {
			fmt.Println(string(json))
		}
	}
	if err := lines.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}
