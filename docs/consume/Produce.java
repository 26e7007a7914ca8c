// Tells Stopline of a run that it cannot hear itself: java -cp 'libs/*' Produce.java [PREFIX]
// The schema is the newest one under ci.run-events.v1-value; the key is source:repo:job, with % and : escaped in each part.
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.*;
import java.nio.ByteBuffer;
import java.util.*;
import org.apache.avro.*;
import org.apache.avro.generic.*;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.serialization.*;

public class Produce {
  static final String REGISTRY = System.getenv().getOrDefault("REGISTRY", "http://localhost:8081/apis/ccompat/v7");

  public static void main(String[] args) throws Exception {
    String topic = (args.length > 0 ? args[0] : "") + "ci.run-events.v1";
    var request = HttpRequest.newBuilder(URI.create(REGISTRY + "/subjects/" + topic + "-value/versions/latest")).build();
    var answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    var version = new com.fasterxml.jackson.databind.ObjectMapper().readTree(answer.body());
    Schema schema = new Schema.Parser().parse(version.get("schema").asText());
    int id = version.get("id").asInt();
    long now = args.length > 1 ? Long.parseLong(args[1]) : System.currentTimeMillis();

    var settings = Map.<String, Object>of(
        "bootstrap.servers", System.getenv().getOrDefault("BROKERS", "localhost:9092"),
        "enable.idempotence", true, "acks", "all");
    try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
      for (String kind : List.of("started", "finished")) {
        boolean isEnd = kind.equals("finished");
        long at = isEnd ? now : now - 600_000;
        var record = new GenericData.Record(schema);
        for (Schema.Field field : schema.getFields())
          record.put(field.name(), valueOf(field, Map.of(
              "eventId", "own/builder/main/77/" + kind, "eventAt", at, "observedAt", at,
              "source", "own", "repo", "me/builder", "job", "build:main", "runId", "77", "kind", kind),
              isEnd));
        // The default partitioner hashes the key as Stopline does: all of a job is on one partition.
        producer.send(new ProducerRecord<>(topic, "own:me/builder:build%3Amain", encode(schema, id, record))).get();
      }
    }
    System.out.println("told");
  }

  static Object valueOf(Schema.Field field, Map<String, Object> given, boolean isEnd) {
    Object value = given.get(field.name());
    if (field.name().equals("attempt")) return 1;
    if (field.name().equals("kind")) return new GenericData.EnumSymbol(field.schema(), value);
    if (field.name().equals("outcome"))
      return isEnd ? new GenericData.EnumSymbol(nonNull(field.schema()), "failure") : null;
    if (value != null) return value;
    return switch (field.schema().getType()) {
      case ARRAY -> List.of();
      case MAP -> Map.of();
      default -> field.hasDefaultValue() ? GenericData.get().getDefaultValue(field) : null;
    };
  }

  static Schema nonNull(Schema union) {
    return union.getTypes().stream().filter(type -> type.getType() != Schema.Type.NULL).findFirst().orElseThrow();
  }

  static byte[] encode(Schema schema, int id, GenericRecord record) throws Exception {
    var out = new ByteArrayOutputStream();
    out.write(0);
    out.write(ByteBuffer.allocate(4).putInt(id).array());
    var encoder = EncoderFactory.get().binaryEncoder(out, null);
    new GenericDatumWriter<GenericRecord>(schema).write(record, encoder);
    encoder.flush();
    return out.toByteArray();
  }
}
