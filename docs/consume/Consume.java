// Prints each stop that is advised, once: java -cp 'libs/*' Consume.java [TOPIC [GROUP]]
// Plain Avro and the wire format (byte 0, 4-byte schema id, body): nothing but what is on Maven Central.
import java.net.URI;
import java.net.http.*;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.*;
import org.apache.avro.Schema;
import org.apache.avro.generic.*;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.*;

public class Consume {
  static final String REGISTRY = System.getenv().getOrDefault("REGISTRY", "http://localhost:8081/apis/ccompat/v7");
  static final HttpClient http = HttpClient.newHttpClient();
  static final Map<Integer, GenericDatumReader<GenericRecord>> readers = new HashMap<>();
  // What was seen lately: a repeat (a rebalance, a crash of ours) is known by its id.
  static final Set<String> seen = Collections.newSetFromMap(new LinkedHashMap<>() {
    protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) { return size() > 100_000; }
  });

  public static void main(String[] args) {
    String topic = args.length > 0 ? args[0] : "ci.decisions.v1";
    var consumer = new KafkaConsumer<>(Map.<String, Object>of(
        "bootstrap.servers", System.getenv().getOrDefault("BROKERS", "localhost:9092"),
        "group.id", args.length > 1 ? args[1] : "my-stops",
        "auto.offset.reset", "earliest",
        // Only what is committed: a batch that was thrown away is never seen.
        "isolation.level", "read_committed"), new StringDeserializer(), new ByteArrayDeserializer());
    var main = Thread.currentThread();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      consumer.wakeup();
      try { main.join(5000); } catch (InterruptedException e) { }
    }));
    consumer.subscribe(List.of(topic));
    try (consumer) {
      while (true)
        for (var message : consumer.poll(Duration.ofMillis(500)))
          // Without a value the key is deleted: on compacted topics alone.
          if (message.value() != null) handle(topic, decode(message.value()));
    } catch (WakeupException end) { }
  }

  static void handle(String topic, GenericRecord decision) {
    if (!seen.add(decision.get("eventId").toString())) return;
    if (!topic.equals("ci.decisions.v1") || decision.get("level").toString().equals("stop"))
      System.out.println(decision); // Avro prints a record as JSON
  }

  static GenericRecord decode(byte[] value) {
    var bytes = ByteBuffer.wrap(value);
    if (bytes.get() != 0) throw new IllegalArgumentException("not the wire format of a schema registry");
    var reader = readers.computeIfAbsent(bytes.getInt(), id -> new GenericDatumReader<>(schema(id)));
    try {
      return reader.read(null, DecoderFactory.get().binaryDecoder(value, 5, value.length - 5, null));
    } catch (java.io.IOException e) { throw new java.io.UncheckedIOException(e); }
  }

  static Schema schema(int id) {
    try {
      var request = HttpRequest.newBuilder(URI.create(REGISTRY + "/schemas/ids/" + id)).build();
      var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 200) throw new IllegalStateException("schema " + id + ": " + answer.body());
      // The answer is {"schema": "..."}: a string of JSON within JSON. Avro brings Jackson.
      var text = new com.fasterxml.jackson.databind.ObjectMapper().readTree(answer.body()).get("schema").asText();
      return new Schema.Parser().parse(text);
    } catch (Exception e) { throw new IllegalStateException("the registry cannot be asked", e); }
  }
}
