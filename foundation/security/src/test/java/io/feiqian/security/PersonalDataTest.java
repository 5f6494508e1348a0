package io.feiqian.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.feiqian.runtime.Randomness;
import io.feiqian.security.spi.PersonalData;
import io.feiqian.vocabulary.Requirement;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Requirement("D6.9-c")
class PersonalDataTest {
    private static final String PLACE = "customer.phone/00420000000123";

    private final Secrets secrets;
    private final PersonalData data;

    PersonalDataTest(@TempDir Path folder) {
        this.secrets = Secrets.in(folder, Randomness.secure());
        this.data = opened();
    }

    @Test
    void whatIsStoredShowsNothingAndIsReadBack() {
        for (String text : new String[] {"", "13800138000", "飞钱 – Jan Novák"}) {
            byte[] envelope = data.encrypt(text, PLACE);
            assertThat(data.decrypt(envelope, PLACE)).isEqualTo(text);
            assertThat(opened().decrypt(envelope, PLACE)).isEqualTo(text);
            assertThat(data.encrypt(text, PLACE)).isNotEqualTo(envelope);
            if (!text.isEmpty()) {
                assertThat(new String(envelope, StandardCharsets.UTF_8)).doesNotContain(text);
            }
        }
    }

    @Test
    void aChangedEnvelopeIsRefusedWhereverItWasChanged() {
        byte[] envelope = data.encrypt("13800138000", PLACE);
        for (int i = 0; i < envelope.length; i++) {
            byte[] changed = envelope.clone();
            changed[i] ^= 1;
            assertThatIllegalStateException().isThrownBy(() -> data.decrypt(changed, PLACE));
        }
        assertThatIllegalStateException().isThrownBy(() -> data.decrypt(new byte[10], PLACE));
    }

    @Test
    void anEnvelopeCopiedToAnotherRowIsRefused() {
        byte[] envelope = data.encrypt("13800138000", PLACE);
        assertThatIllegalStateException()
                .isThrownBy(() -> data.decrypt(envelope, "customer.phone/00420000000131"))
                .withMessageNotContaining("13800138000");
    }

    @Test
    void afterARotationOldEnvelopesAreReadAndNewOnesUseTheNewKey() {
        byte[] old = data.encrypt("13800138000", PLACE);
        byte[] oldSearch = data.searchKey("13800138000", "phone");
        KeyRing.rotate(secrets);
        PersonalData rotated = opened();
        assertThat(rotated.decrypt(old, PLACE)).isEqualTo("13800138000");
        assertThat(rotated.isCurrent(old)).isFalse();
        byte[] renewed = rotated.encrypt("13800138000", PLACE);
        assertThat(rotated.isCurrent(renewed)).isTrue();
        assertThat(rotated.searchKey("13800138000", "phone")).isEqualTo(oldSearch);
        assertThatIllegalStateException()
                .isThrownBy(() -> data.decrypt(renewed, PLACE))
                .withMessageContaining("key 2");
    }

    @Test
    void aSearchKeyIsTheSameForTheSameTextAndKindOnly() {
        byte[] key = data.searchKey("13800138000", "phone");
        assertThat(key).hasSize(32).isEqualTo(opened().searchKey("13800138000", "phone"));
        assertThat(data.searchKey("13800138001", "phone")).isNotEqualTo(key);
        assertThat(data.searchKey("13800138000", "card")).isNotEqualTo(key);
        assertThat(data.searchKey("e13800138000", "phon")).isNotEqualTo(key);
    }

    @Test
    void theKeysLieInAFileForTheirOwnerAloneAndAreNeverShown() throws Exception {
        Path file = secrets.file(KeyRing.SECRET);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        String key = Files.readAllLines(file).getFirst().substring(2);
        assertThat(HexFormat.of().parseHex(key)).hasSize(32);
        assertThat(KeyRing.obtain(secrets).toString()).isEqualTo("keys [1]");
        secrets.replace(KeyRing.SECRET, "1 " + key.substring(2));
        assertThatIllegalStateException()
                .isThrownBy(() -> KeyRing.obtain(secrets))
                .withMessageNotContaining(key.substring(2));
    }

    private PersonalData opened() {
        return new AesPersonalData(KeyRing.obtain(secrets), Randomness.secure());
    }
}
