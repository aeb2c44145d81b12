// Follows a public topic: `reader BROKER TOPIC SCHEMA`, by the rules of docs/consumers.md; a line of JSON for every change.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"log"
	"os"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/twmb/franz-go/pkg/kgo"
)

var versions, seen = map[string]float64{}, map[string]bool{} // a real reader keeps these in the database that it writes to

// change says what a message changes; nil for one that changes nothing.
func change(message *kgo.Record, schema *jsonschema.Schema) map[string]any {
	key := string(message.Key)
	before := versions[key]
	if message.Value == nil { // a tombstone: forget the key
		delete(versions, key)
		return map[bool]map[string]any{true: {"key": key, "state": "gone"}}[before > 0]
	}
	for _, header := range message.Headers {
		if ident := string(header.Value); header.Key == "ce_id" && seen[ident] { // delivered twice
			return nil
		} else if header.Key == "ce_id" {
			seen[ident] = true
		}
	}
	read, err := jsonschema.UnmarshalJSON(bytes.NewReader(message.Value))
	if err != nil || schema.Validate(read) != nil {
		return map[string]any{"key": key, "state": "invalid"}
	}
	record := map[string]any{"status": "usable"}                                       // or withheld, canceled, and what the future brings
	if json.Unmarshal(message.Value, &record); record["version"].(float64) <= before { // older than what is held
		return nil
	}
	versions[key] = record["version"].(float64)
	return map[string]any{"key": key, "state": record["status"], "version": versions[key], "title": record["title"]}
}

func main() {
	client, err := kgo.NewClient(kgo.SeedBrokers(os.Args[1]), kgo.ConsumeTopics(os.Args[2]), kgo.ConsumerGroup("example-go"),
		kgo.DisableAutoCommit(), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	if err != nil {
		log.Fatal(err)
	}
	schema, out := jsonschema.NewCompiler().MustCompile(os.Args[3]), json.NewEncoder(os.Stdout)
	for err == nil { // a real reader tries again
		client.PollFetches(context.Background()).EachRecord(func(message *kgo.Record) {
			if changed := change(message, schema); changed != nil {
				out.Encode(changed)
			}
		})
		err = client.CommitUncommittedOffsets(context.Background()) // after the work, never before
	}
	log.Fatal(err)
}
