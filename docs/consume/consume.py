# Prints each stop that is advised, once: python consume.py [TOPIC [GROUP]]
# pip install -r requirements.txt
import json
import os
import signal
import sys

from confluent_kafka import Consumer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext

topic, group = (sys.argv[1:] + ["ci.decisions.v1", "my-stops"][len(sys.argv) - 1 :])[:2]
registry = SchemaRegistryClient({"url": os.environ.get("REGISTRY", "http://localhost:8081/apis/ccompat/v7")})
decode = AvroDeserializer(registry)
consumer = Consumer({
    "bootstrap.servers": os.environ.get("BROKERS", "localhost:9092"),
    "group.id": group,
    "auto.offset.reset": "earliest",
    # Only what is committed: a batch that was thrown away is never seen.
    "isolation.level": "read_committed",
})
# What was seen lately: a repeat (a rebalance, a crash of ours) is known by its id.
seen = {}


def handle(decision):
    if decision["eventId"] in seen:
        return
    seen[decision["eventId"]] = None
    if len(seen) > 100_000:
        del seen[next(iter(seen))]
    if topic != "ci.decisions.v1" or decision["level"] == "stop":
        print(json.dumps(decision, default=str), flush=True)


running = True


def stop(*_):
    global running
    running = False


signal.signal(signal.SIGTERM, stop)
consumer.subscribe([topic])
while running:
    message = consumer.poll(0.5)
    # Without a value the key is deleted: on compacted topics alone.
    if message is None or message.value() is None:
        continue
    if message.error():
        print(message.error(), file=sys.stderr)
        continue
    handle(decode(message.value(), SerializationContext(topic, MessageField.VALUE)))
consumer.close()
