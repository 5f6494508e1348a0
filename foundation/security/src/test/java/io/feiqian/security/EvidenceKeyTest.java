package io.feiqian.security;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.runtime.Randomness;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EvidenceKeyTest {
    @Test
    void onlyTheHolderOfTheKeySigns(@TempDir Path folder, @TempDir Path elsewhere) {
        EvidenceKey key = EvidenceKey.obtain(Secrets.in(folder, Randomness.secure()));
        EvidenceKey same = EvidenceKey.obtain(Secrets.in(folder, Randomness.secure()));
        EvidenceKey other = EvidenceKey.obtain(Secrets.in(elsewhere, Randomness.secure()));
        byte[] content = "content".getBytes(UTF_8);

        assertThat(EvidenceKey.isSigned(content, same.sign(content), key.publicKey())).isTrue();
        assertThat(EvidenceKey.isSigned(content, other.sign(content), key.publicKey())).isFalse();
        assertThat(EvidenceKey.isSigned(new byte[] {1}, key.sign(content), key.publicKey()))
                .isFalse();
        assertThat(EvidenceKey.isSigned(content, "no signature", key.publicKey())).isFalse();
        assertThat(EvidenceKey.isSigned(content, key.sign(content), "no key")).isFalse();
        assertThat(EvidenceKey.fingerprint(key.publicKey()))
                .isEqualTo(EvidenceKey.fingerprint(same.publicKey()))
                .isNotEqualTo(EvidenceKey.fingerprint(other.publicKey()))
                .matches("[0-9a-f]{32}");
    }
}
