// Follows a public topic: `node reader.mjs BROKER TOPIC SCHEMA`. Prints a line of JSON for every change.
// The rules are those of docs/consumers.md.
import { readFileSync } from "node:fs";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { decompress } from "fzstd";
import kafkajs from "kafkajs";

const { CompressionCodecs, CompressionTypes, Kafka, logLevel } = kafkajs;
CompressionCodecs[CompressionTypes.ZSTD] = () => ({ decompress: (bytes) => Buffer.from(decompress(bytes)) });

const [broker, topic, schema] = process.argv.slice(2);
const ajv = new Ajv2020({ strict: false });
addFormats(ajv);
const isValid = ajv.compile(JSON.parse(readFileSync(schema, "utf8")));

// A real reader keeps these in the database that it writes to.
const versions = new Map();
const seen = new Set();

/** What a message changes; null for one that changes nothing. */
function change({ key: bytes, value, headers }) {
  const key = bytes.toString();
  if (value === null) return versions.delete(key) ? { key, state: "gone" } : null; // a tombstone: forget it
  const ident = headers?.ce_id?.toString();
  if (ident && seen.has(ident)) return null; // delivered twice
  if (ident) seen.add(ident);
  const record = JSON.parse(value.toString());
  if (!isValid(record)) return { key, state: "invalid" };
  if (record.version <= (versions.get(key) ?? 0)) return null; // older than what is held
  versions.set(key, record.version);
  const state = record.status ?? "usable"; // usable | withheld | canceled, and what the future brings
  return { key, state, version: record.version, title: record.title ?? null };
}

const kafka = new Kafka({ clientId: "example", brokers: [broker], logLevel: logLevel.ERROR });
const consumer = kafka.consumer({ groupId: "example-javascript" });
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
await consumer.run({
  autoCommit: false,
  eachMessage: async ({ partition, message }) => {
    const changed = change(message);
    if (changed) console.log(JSON.stringify(changed));
    const offset = (BigInt(message.offset) + 1n).toString();
    await consumer.commitOffsets([{ topic, partition, offset }]); // after the work, never before
  },
});
