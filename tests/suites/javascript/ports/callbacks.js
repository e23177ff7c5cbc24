// v2, callbacks: who am I, then the same in another account, then refusals.
const AWS = require('aws-sdk');
const show = (...values) => console.log(JSON.stringify(values));
const sts = new AWS.STS({ apiVersion: '2011-06-15', region: 'eu-west-1', endpoint: process.env.STS_URL, maxRetries: 2 });
const role = 'arn:aws:iam::123456789012:role/demo';

function whoami(creds, callback) {
  const other = new AWS.STS({
    accessKeyId: creds.AccessKeyId, secretAccessKey: creds.SecretAccessKey, sessionToken: creds.SessionToken,
    region: 'eu-west-1', endpoint: process.env.STS_URL,
  });
  other.getCallerIdentity({}, callback);
}

sts.getCallerIdentity((err, me) => {
  if (err) process.exit(1);
  show(me.Arn, me.Account);
  sts.assumeRole({ RoleArn: role, RoleSessionName: 'script', DurationSeconds: 900, Tags: [{ Key: 'team', Value: 'a' }] }, (err, data) => {
    if (err) process.exit(1);
    const creds = data.Credentials;
    show(creds.AccessKeyId.slice(0, 4), Math.round((creds.Expiration.getTime() - Date.now()) / 60000), data.AssumedRoleUser.Arn);
    whoami(creds, (err, other) => {
      show(err, other.Arn);
      const request = sts.assumeRole({ RoleArn: role + '-missing', RoleSessionName: 'script' }, (err, data) => {
        const response = request.response;
        show(err.code, err.statusCode, err.message, err.retryable, err.time instanceof Date, data);
        show(response.httpResponse.statusCode, response.requestId === err.requestId, response.retryCount, response.error === err);
        sts.assumeRole({ RoleSessionName: 'xx', Foo: 1 }, (err) => {
          show(err.code, err.errors.map((one) => one.code));
          process.exit(3);
        });
      });
    });
  });
});
