package io.feiqian.security;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/**
 * An audit record as one line of JSON; fields that a later version adds behind these are ignored
 * (D5.7-c).
 */
final class AuditJson {
    private static final ObjectMapper JSON = new ObjectMapper();

    private AuditJson() {}

    static String write(AuditRecord record) {
        ObjectNode line = JSON.createObjectNode();
        line.put("sequence", record.sequence());
        line.put("at", record.at().toEpochMilli());
        line.put("time", record.at().toString());
        line.put("operator", record.entry().order().operator().name());
        line.put("reason", record.entry().order().reason());
        line.put("action", record.entry().action());
        line.put("subject", record.entry().subject());
        ObjectNode details = line.putObject("details");
        record.entry().details().forEach(details::put);
        line.put("previous", record.previousHash());
        line.put("hash", record.hash());
        return line.toString();
    }

    /** Whether a line is what was written of a record, or that and what a later version added. */
    static boolean isAsWritten(String line, AuditRecord record) {
        String written = write(record);
        return line.equals(written)
                || line.startsWith(written.substring(0, written.length() - 1) + ",");
    }

    static AuditRecord read(String text) throws JsonProcessingException {
        JsonNode line = JSON.readTree(text);
        Map<String, String> details = new TreeMap<>();
        line.path("details")
                .properties()
                .forEach(each -> details.put(each.getKey(), each.getValue().asText()));
        return new AuditRecord(
                line.path("sequence").asLong(),
                Instant.ofEpochMilli(line.path("at").asLong()),
                new AuditEntry(
                        ChangeOrder.of(
                                line.path("operator").asText(), line.path("reason").asText()),
                        line.path("action").asText(),
                        line.path("subject").asText(),
                        details),
                line.path("previous").asText(),
                line.path("hash").asText());
    }
}
