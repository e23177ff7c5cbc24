// v2, temporary credentials: MFA, a chain of roles, refreshes.
const AWS = require('aws-sdk');
const show = (...values) => console.log(JSON.stringify(values));
AWS.config.update({ region: 'us-east-1' });
AWS.config.sts = { endpoint: process.env.STS_URL };
const role = (name) => `arn:aws:iam::123456789012:role/${name}`;
const own = () => new AWS.Credentials(process.env.AWS_ACCESS_KEY_ID, process.env.AWS_SECRET_ACCESS_KEY);
let asked = 0;
const creds = new AWS.ChainableTemporaryCredentials({
  params: { RoleArn: role('mfa'), RoleSessionName: 'mfa', SerialNumber: 'arn:aws:iam::123456789012:mfa/demo', DurationSeconds: 900 },
  tokenCodeFn: (serial, callback) => { asked += 1; show('code for', serial); callback(null, process.env.CODE); },
});

creds.get((err) => {
  show(err || null, asked, creds.accessKeyId.slice(0, 4));
  const first = new AWS.ChainableTemporaryCredentials({ params: { RoleArn: role('demo'), RoleSessionName: 'first' } });
  const second = new AWS.ChainableTemporaryCredentials({ params: { RoleArn: role('second'), RoleSessionName: 'second' }, masterCredentials: first, stsConfig: { region: 'us-east-1' } });
  let before;
  second.getPromise()
    .then(() => {
      show(second.expired, second.needsRefresh(), second.expireTime instanceof Date);
      before = second.accessKeyId;
      return second.refreshPromise();
    })
    .then(() => {
      show(before !== second.accessKeyId);
      AWS.config.credentials = second;
      return new AWS.STS().getCallerIdentity().promise();
    })
    .then((me) => {
      show(me.Arn);
      second.expired = true;
      return new AWS.STS({ credentials: second }).getCallerIdentity().promise();
    })
    .then((me) => {
      show(me.Arn, second.expired);
      try {
        new AWS.ChainableTemporaryCredentials({ params: { SerialNumber: 'x' } });
      } catch (err) {
        show(err.code);
      }
      return new AWS.ChainableTemporaryCredentials({ params: { RoleArn: role('missing'), RoleSessionName: 'xx' }, masterCredentials: own() }).getPromise();
    })
    .catch((err) => show('caught', err.code, err.statusCode))
    .then(() => {
      const old = new AWS.TemporaryCredentials({ RoleArn: role('demo') }, own());
      return old.getPromise().then(() => new AWS.STS({ credentials: old }).getCallerIdentity().promise());
    })
    .then((me) => show(me.Arn));
});
