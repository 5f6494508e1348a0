package io.feiqian.bank;

import io.feiqian.configuration.InMemoryHistory;
import io.feiqian.configuration.spi.History;
import io.feiqian.runtime.Clock;
import io.feiqian.security.FileAuditTrail;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

class InMemoryHistoryTest extends ConfigurationHistoryContract {
    private final FileAuditTrail trail;

    InMemoryHistoryTest(@TempDir Path folder) {
        trail = FileAuditTrail.open(folder.resolve("audit"), Clock.system());
    }

    @Override
    History history() {
        return new InMemoryHistory(trail);
    }

    @Override
    List<String> audited() {
        return trail.read(1, 100).stream().map(each -> each.entry().action()).toList();
    }

    @Override
    void breakTrail() {
        trail.close();
    }
}
