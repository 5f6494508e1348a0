package io.feiqian.sqlmode;

import java.util.Optional;

/**
 * The evidence of a row that cannot be undone because others changed it past the locks. Images are
 * JSON objects by column.
 *
 * @param table its table, with the schema
 * @param key its primary key, {@code column=value}
 * @param operation what the branch did to it: INSERT, UPDATE or DELETE
 * @param before the row before the branch; empty where the branch inserted it
 * @param after the row as the branch left it; empty where the branch deleted it
 * @param found the row as it is; empty where there is none
 * @param reason what does not fit
 * @param correction the proposed correcting statements, to be checked and run by an operator; after
 *     them the undo goes on with the next attempt
 */
public record DirtyRow(
        String table,
        String key,
        String operation,
        Optional<String> before,
        Optional<String> after,
        Optional<String> found,
        String reason,
        String correction) {}
