import { LanguageChoice } from '@/app/LanguageChoice';
import { messages as appMessages } from '@/app/messages';
import { useStatus } from '@/app/status';
import { THEMES, useTheme } from '@/app/theme';
import { Badge } from '@/components/Badge';
import { Button } from '@/components/Button';
import { Choice } from '@/components/Choice';
import { Facts, PageFrame, Panel } from '@/components/PageFrame';
import { useFormat } from '@/i18n/format';
import { useMessages, wordFor } from '@/i18n/language';
import { signOut } from '@/session/calls';
import { useSession } from '@/session/session';
import { messages } from './messages';
import styles from './SettingsPage.module.css';
import { SignedInPanel } from './SignedInPanel';

/** Those who may see who else is signed in. */
const MAY_SIGN_OUT: readonly string[] = ['dispatcher', 'operator'];

export default function SettingsPage() {
  const m = useMessages(messages);
  const app = useMessages(appMessages);
  const format = useFormat();
  const session = useSession().data;
  const status = useStatus();
  const { theme, choose } = useTheme();
  const names: Record<string, string> = app.services;

  async function leave() {
    await signOut();
    location.assign('/');
  }

  return (
    <PageFrame title={m.title}>
      <div className={styles.panels}>
        <Panel title={m.look}>
          <Facts
            facts={[
              [app.language, <LanguageChoice key="language" />],
              [
                app.theme,
                <Choice
                  key="theme"
                  label={app.theme}
                  value={theme}
                  options={THEMES.map((value) => ({ value, label: app.themes[value] }))}
                  onChange={choose}
                />,
              ],
            ]}
          />
          <p className={styles.soft}>{m.lookHint}</p>
        </Panel>
        {session && (
          <Panel title={m.access}>
            <Facts
              facts={[
                [m.subject, session.subject],
                [m.roles, session.roles.map((role) => wordFor(m.roleNames, role)).join(', ')],
                [m.until, session.expire_time ? format.exact(session.expire_time) : '–'],
              ]}
            />
            <div>
              <Button onClick={() => void leave()}>{m.signOut}</Button>
            </div>
          </Panel>
        )}
        {session?.roles.some((role) => MAY_SIGN_OUT.includes(role)) && (
          <div className={styles.wide}>
            <SignedInPanel />
          </div>
        )}
        <Panel title={m.services}>
          <Facts
            facts={(status.data?.services ?? []).map((service) => [
              names[service.name] ?? service.name,
              <Badge key={service.name} tone={service.answers ? 'good' : 'bad'}>
                {service.answers ? m.answers : m.silent}
              </Badge>,
            ])}
          />
        </Panel>
        <Panel title={m.about}>
          <p>{m.aboutText}</p>
          <p>
            <a href="/docs">{m.api}</a>
          </p>
          <p className={styles.soft}>{m.mapData}</p>
        </Panel>
      </div>
    </PageFrame>
  );
}
