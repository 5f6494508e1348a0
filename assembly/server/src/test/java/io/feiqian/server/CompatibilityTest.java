package io.feiqian.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import io.feiqian.bank.contract.CellStatusRequest;
import io.feiqian.bank.contract.FindMessagesRequest;
import io.feiqian.bank.contract.ListConfigurationsRequest;
import io.feiqian.bank.contract.ListServicesRequest;
import io.feiqian.bank.contract.ShowInstanceRequest;
import io.feiqian.bank.contract.TransferRequest;
import io.feiqian.rpc.contract.BorrowRequest;
import io.feiqian.rpc.contract.FrameBatch;
import io.feiqian.rpc.contract.Options;
import io.feiqian.rpc.contract.Outcome;
import io.feiqian.vocabulary.Requirement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Software of two versions serves one cell while it is restarted (D5.7-c): what was ever said on
 * the wire or done to a database stays as it is on record here, and what is new goes on record.
 */
class CompatibilityTest {
    private static final Path ROOT = Path.of("..", "..");
    private static final Path RECORDED = Path.of("src", "test", "resources", "recorded");

    /** One message of each contract's file. */
    private static final List<FileDescriptor> CONTRACTS =
            List.of(
                    TransferRequest.getDescriptor().getFile(),
                    CellStatusRequest.getDescriptor().getFile(),
                    ShowInstanceRequest.getDescriptor().getFile(),
                    ListConfigurationsRequest.getDescriptor().getFile(),
                    FindMessagesRequest.getDescriptor().getFile(),
                    ListServicesRequest.getDescriptor().getFile(),
                    Outcome.getDescriptor().getFile(),
                    FrameBatch.getDescriptor().getFile(),
                    BorrowRequest.getDescriptor().getFile(),
                    Options.getDescriptor());

    @Test
    void everyContractIsLookedAt() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT)) {
            Set<String> there =
                    files.map(each -> each.toString().replace('\\', '/'))
                            .filter(each -> each.contains("/src/main/protobuf/"))
                            .filter(each -> each.endsWith(".proto"))
                            .map(each -> each.replaceFirst(".*/src/main/protobuf/", ""))
                            .collect(Collectors.toSet());
            assertThat(CONTRACTS.stream().map(FileDescriptor::getName)).containsAll(there);
        }
    }

    @Requirement("D5.7-c")
    @Test
    void whatOlderSoftwareSaysAndUnderstandsIsStillSaidAndUnderstood() throws IOException {
        Set<String> now = new TreeSet<>();
        Set<String> reserved = new TreeSet<>();
        for (FileDescriptor file : CONTRACTS) {
            file.getMessageTypes().forEach(each -> add(each, now, reserved));
            file.getEnumTypes().forEach(each -> add(each, now));
            file.getServices()
                    .forEach(service -> service.getMethods().forEach(each -> now.add(line(each))));
        }
        Set<String> recorded = Set.copyOf(Files.readAllLines(RECORDED.resolve("wire.txt")));

        Files.write(Path.of("target", "wire.txt"), now);
        assertThat(recorded)
                .as("gone or changed; a field that nobody sends any more is reserved by its number")
                .allMatch(each -> now.contains(each) || reserved.contains(field(each)));
        assertThat(now)
                .as("not on record; target/wire.txt has all that is said now")
                .isSubsetOf(recorded);
    }

    @Requirement("D5.7-c")
    @Test
    void whatWasDoneToDatabasesIsNeverDoneOtherwise() throws Exception {
        Map<String, String> now = new TreeMap<>();
        for (Path each : migrations()) {
            now.put(
                    each.toString().replace('\\', '/').replaceFirst(".*/resources/", ""),
                    hash(Files.readAllBytes(each)));
        }
        Map<String, String> recorded = new TreeMap<>();
        for (String line : Files.readAllLines(RECORDED.resolve("migrations.txt"))) {
            recorded.put(line.substring(65), line.substring(0, 64));
        }

        assertThat(now).as("a migration is added, never edited").containsAllEntriesOf(recorded);
        assertThat(recorded)
                .as("not on record; add a line 'SHA-256 path' to migrations.txt for each")
                .containsAllEntriesOf(now);
    }

    @Requirement("D5.7-c")
    @Test
    void aMigrationAddsOrSaysWhatSoftwareMustKnow() throws IOException {
        for (Path each : migrations()) {
            if (each.getFileName().toString().startsWith("V1__")) {
                continue;
            }
            String text = Files.readString(each).toLowerCase(Locale.ROOT);
            if (!text.contains("-- needs software that knows v")) {
                assertThat(text)
                        .as(each + ": older software could not live with this")
                        .doesNotContainPattern("\\bdrop\\s+(table|column|schema)\\b")
                        .doesNotContainPattern("\\brename\\b")
                        .doesNotContainPattern("\\balter\\s+column\\b")
                        .doesNotContainPattern(
                                "\\badd\\s+(column\\s+)?\\w+ [^,;]*not null(?![^,;]*default)");
            }
        }
    }

    private static List<Path> migrations() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT)) {
            return files.filter(each -> each.toString().contains("/src/main/resources/db/"))
                    .filter(each -> each.getFileName().toString().matches("V\\d+__.*\\.sql"))
                    .sorted()
                    .toList();
        }
    }

    private static void add(Descriptor message, Set<String> now, Set<String> reserved) {
        for (FieldDescriptor each : message.getFields()) {
            now.add(
                    "field %s %d %s %s"
                            .formatted(
                                    message.getFullName(),
                                    each.getNumber(),
                                    each.getName(),
                                    type(each)));
        }
        message.toProto()
                .getReservedRangeList()
                .forEach(range -> {
                    for (int i = range.getStart(); i < range.getEnd(); i++) {
                        reserved.add("field %s %d".formatted(message.getFullName(), i));
                    }
                });
        message.getNestedTypes().forEach(each -> add(each, now, reserved));
        message.getEnumTypes().forEach(each -> add(each, now));
    }

    private static void add(EnumDescriptor values, Set<String> now) {
        values.getValues()
                .forEach(each ->
                        now.add(
                                "value %s %d %s"
                                        .formatted(
                                                values.getFullName(),
                                                each.getNumber(),
                                                each.getName())));
    }

    private static String type(FieldDescriptor field) {
        String type =
                switch (field.getJavaType()) {
                    case MESSAGE -> field.getMessageType().getFullName();
                    case ENUM -> field.getEnumType().getFullName();
                    case INT, LONG, FLOAT, DOUBLE, BOOLEAN, STRING, BYTE_STRING ->
                            field.getType().name().toLowerCase(Locale.ROOT);
                };
        return (field.isRepeated() ? "repeated " : "") + type;
    }

    private static String line(MethodDescriptor method) {
        return "method %s %s%s %s%s"
                .formatted(
                        method.getFullName(),
                        method.isClientStreaming() ? "stream " : "",
                        method.getInputType().getFullName(),
                        method.isServerStreaming() ? "stream " : "",
                        method.getOutputType().getFullName());
    }

    /** The message and number of a line of a field. */
    private static String field(String line) {
        List<String> words = new ArrayList<>(List.of(line.split(" ")));
        return words.size() < 3 ? line : String.join(" ", words.subList(0, 3));
    }

    private static String hash(byte[] content) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    }
}
