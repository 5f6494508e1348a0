package io.feiqian.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.registry.InMemoryRegistry;
import io.feiqian.runtime.ManualTimer;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.SettableClock;
import io.feiqian.security.AesPersonalData;
import io.feiqian.security.ChangeOrder;
import io.feiqian.security.KeyRing;
import io.feiqian.security.Secrets;
import io.feiqian.vocabulary.RefusedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretTest {
    record Mail(String host, Optional<Secret> password, List<Secret> tokens) {}

    private static final DocumentType<Mail> TYPE =
            DocumentType.of("mail", new Mail("localhost", Optional.empty(), List.of()));
    private static final String PLAIN = "hunter2-of-the-bank";

    private final Path folder;
    private final Seal seal;

    SecretTest(@TempDir Path folder) {
        this.folder = folder;
        this.seal = seal("keys");
    }

    @Test
    void aSecretIsPlainInTheProcessOnly() throws Exception {
        SettableClock clock = new SettableClock(Instant.EPOCH);
        InMemoryRegistry registry = new InMemoryRegistry(new ManualTimer(clock));
        MemoryTrail trail = new MemoryTrail();
        InMemoryHistory history = new InMemoryHistory(trail);
        ConfigurationCentre centre =
                new ConfigurationCentre(List.of(TYPE), history, registry, seal, clock);
        String content = seal.sealed("mail", "{\"password\": {\"seal\": \"" + PLAIN + "\"}}");
        ChangeOrder order = ChangeOrder.of("anna", "a new password");
        centre.set("mail", 0, content, order);
        centre.publish("mail", 1, Target.all(), 0, order);
        try (Follower<Mail> process =
                Follower.start(registry, "mail-1", Map.of(), TYPE, seal, folder.resolve("kept"))) {
            assertThat(process.value().password().orElseThrow().reveal()).isEqualTo(PLAIN);
            assertThat(process.value().toString()).doesNotContain(PLAIN).contains("(secret)");
        }
        assertThat(content).doesNotContain(PLAIN).contains("\"secret\"");
        assertThat(registry.document("doc.mail").orElseThrow().content()).doesNotContain(PLAIN);
        assertThat(Files.readString(folder.resolve("kept/mail.json"))).doesNotContain(PLAIN);
        assertThat(history.versions("mail", 10).toString()).doesNotContain(PLAIN);
        assertThat(trail.read(1, 10).toString()).doesNotContain(PLAIN);
    }

    @Test
    void aSecretHoldsForItsKeyOnlyAndWithItsKeysOnly() {
        String sealed = seal.sealed("mail", "{\"tokens\": [{\"seal\": \"" + PLAIN + "\"}]}");
        assertThat(TYPE.parse(sealed, seal).tokens()).containsExactly(Secret.of(PLAIN));
        String moved = sealed.replace("\"tokens\"", "\"password\"").replaceAll("[\\[\\]]", "");
        assertThatThrownBy(() -> TYPE.parse(moved, seal))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("mail: password: a secret that cannot be opened");
        assertThatThrownBy(() -> TYPE.parse(sealed, seal("other keys")))
                .hasMessageContaining("cannot be opened");
        assertThatThrownBy(() -> TYPE.parse(sealed)).hasMessageContaining("has no keys");
    }

    @Test
    void nothingThatCouldBeASecretStandsInAMessage() {
        for (String content :
                List.of(
                        "{\"password\": \"" + PLAIN + "\"}",
                        "{\"password\": {\"seal\": \"" + PLAIN + "\"}}",
                        "{\"password\": [\"" + PLAIN + "\"]}",
                        "{\"host\": {\"seal\": \"" + PLAIN + "\"}}",
                        "{\"password\": {\"secret\": \"" + PLAIN + "\"}}")) {
            assertThatExceptionOfType(ConfigurationException.class)
                    .isThrownBy(() -> TYPE.parse(content, seal))
                    .satisfies(it -> assertThat(it.getMessage()).doesNotContain(PLAIN));
        }
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> seal.sealed("mail", "{\"password\": {\"seal\": " + PLAIN + "}}"))
                .satisfies(it -> assertThat(it.getMessage()).doesNotContain(PLAIN));
    }

    @Test
    void aDocumentIsNotWrittenWhereItsSecretsCannotBeOpened() {
        SettableClock clock = new SettableClock(Instant.EPOCH);
        ConfigurationCentre centre =
                new ConfigurationCentre(
                        List.of(TYPE),
                        new InMemoryHistory(new MemoryTrail()),
                        new InMemoryRegistry(new ManualTimer(clock)),
                        seal,
                        clock);
        String foreign =
                seal("other keys").sealed("mail", "{\"password\": {\"seal\": \"" + PLAIN + "\"}}");
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> centre.set("mail", 0, foreign, ChangeOrder.of("anna", "x")))
                .withMessageContaining("cannot be opened");
    }

    @Test
    void aDifferenceShowsThatASecretIsAnotherAndNothingOfIt() {
        String first = seal.sealed("mail", "{\"password\": {\"seal\": \"" + PLAIN + "\"}}");
        String second =
                seal.sealed(
                        "mail",
                        "{\"host\": \"h\", \"password\": {\"seal\": \"x\"},"
                                + " \"tokens\": [{\"seal\": \"y\"}]}");
        assertThat(Difference.between("mail", first, second))
                .containsExactly(
                        new Difference("host", Optional.empty(), Optional.of("\"h\"")),
                        new Difference(
                                "password",
                                Optional.of("(secret)"),
                                Optional.of("(another secret)")),
                        new Difference("tokens[0]", Optional.empty(), Optional.of("(secret)")));
        assertThat(Difference.between("mail", first, first)).isEmpty();
    }

    @Test
    void whatHoldsNoSecretIsLeftAsItWasWritten() {
        String content = "{ /* ours */ \"host\": \"h\"}";
        assertThat(seal.sealed("mail", content)).isEqualTo(content);
    }

    private Seal seal(String keys) {
        return Seal.with(
                new AesPersonalData(
                        KeyRing.obtain(
                                Secrets.in(
                                        folder.resolve(keys),
                                        Randomness.seeded(7 + keys.length()))),
                        Randomness.seeded(11)));
    }
}
